import type { Events, Origin } from '../../core/events/events.ts'
import type { LiveCounts } from '../../core/metrics/live-counts.ts'
import type { Store } from '../../storage/port.ts'
import { TOKEN_COUNTS } from '../tokens/count-tokens.ts'
import { recordKinds } from '../store/records.ts'
import { recordIdOf } from '../store/token-ids.ts'

const KINDS = ['AccessToken', 'RefreshToken', 'ClientCredentials'] as const

/**
 * Revokes one opaque token by its value; with a refresh token goes its grant, and so all that was made from it. A JWT is
 * kept nowhere and cannot be revoked (it lives for minutes).
 * @returns which kind of token it was, undefined for a value that is no live token's
 */
export async function revokeToken(
  store: Store,
  events: Events,
  live: LiveCounts,
  value: string,
  origin: Origin,
): Promise<(typeof KINDS)[number] | undefined> {
  const id = recordIdOf(value)
  for (const kind of KINDS) {
    const records = store.collection(recordKinds[kind]!.declaration)
    const record = await records.get(id)
    if (!record) continue
    const { accountId, clientId, sessionUid } = record.payload as Partial<
      Record<'accountId' | 'clientId' | 'sessionUid', string>
    >
    const about = {
      ...(accountId ? { accountId } : {}),
      ...(clientId ? { clientId } : {}),
      ...(sessionUid ? { sessionUid } : {}),
    }
    await events.emit({ type: 'token.revoked', ...origin, ...about, details: { by: 'admin' } })
    if (kind === 'RefreshToken' && record.grantId) {
      await store.collection(recordKinds.Grant!.declaration).remove(record.grantId)
    }
    const removed = await records.remove(id)
    if (removed && !record.consumedAt) live[TOKEN_COUNTS[kind]].leave(record.expiresAt)
    return kind
  }
  return undefined
}
