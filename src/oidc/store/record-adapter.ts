// oidc-provider's adapter for everything but sessions and clients, over the storage port.
import { errors, type Adapter, type AdapterPayload } from 'oidc-provider'
import type { Store } from '../../storage/port.ts'
import { keepForAnswer } from '../provider/under-way.ts'
import { recordKinds, TOKEN_PREFIXES, type ProviderRecord } from './records.ts'
import { thawed } from './thawed.ts'
import { recordIdOf } from './token-ids.ts'
import type { Revocations } from '../sessions/revocations.ts'

/** After its use, a rotated refresh token is refused for this long without revoking: a client's own parallel calls. Milliseconds. */
export const ROTATION_GRACE = 10_000

const REVOKE_BATCH = 200

/** @throws Error for a model that has no collection: it belongs to a feature that is off */
export function createRecordAdapter(store: Store, model: string, revocations: Revocations): Adapter {
  const kind = recordKinds[model]
  if (!kind) throw new Error(`oidc-provider asked for a ${model}, which has no collection`)
  const records = store.collection(kind.declaration)
  const idOf = (id: string) => (kind.secretId ? recordIdOf(id) : id)

  const others = Object.entries(TOKEN_PREFIXES).flatMap(([name, prefix]) => (name === model ? [] : [prefix]))
  const isAnothers = (id: string) => kind.secretId && others.some(prefix => id.startsWith(prefix))

  async function find(id: string): Promise<AdapterPayload | undefined> {
    if (isAnothers(id)) return undefined
    const record = await records.get(idOf(id))
    if (!record) return undefined
    if (record.consumedAt === undefined) return { ...thawed(record.payload), jti: id }
    // Late losers of a client's parallel refreshes must not take the winner's grant with them.
    if (model === 'RefreshToken' && Date.now() - record.consumedAt < ROTATION_GRACE) return undefined
    return { ...thawed(record.payload), jti: id, consumed: Math.floor(record.consumedAt / 1000) }
  }

  async function upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const record: ProviderRecord = {
      id: idOf(id),
      payload: withoutSecrets(payload, kind!.secretId),
      ...(payload.grantId ? { grantId: payload.grantId } : {}),
      ...(model === 'Grant' && payload.accountId ? { accountId: payload.accountId } : {}),
      expiresAt: Date.now() + (expiresIn ?? 0) * 1000,
    }
    // A token is written once, under an id that nobody had: no need to read what was there. Nobody waits for any of them
    // before the answer.
    await keepForAnswer(kind!.secretId ? records.insert(record) : records.upsert(record.id, () => record))
  }

  /** The library ignores what this answers, so that only throwing keeps all but the first from going on. */
  async function consume(id: string): Promise<void> {
    const now = Date.now()
    const first = await records.update(idOf(id), record =>
      record.consumedAt ? undefined : { ...record, consumedAt: now },
    )
    if (!first) throw new errors.InvalidGrant(`${model} was used already`)
  }

  async function revokeByGrantId(grantId: string): Promise<void> {
    await revocations.beforeRevoke(grantId)
    for (;;) {
      const removed = await records.removeAll({ grantId }, REVOKE_BATCH)
      revocations.afterRevoke(model, removed)
      if (removed < REVOKE_BATCH) return
    }
  }

  return {
    find,
    upsert,
    consume,
    revokeByGrantId,
    async destroy(id) {
      await revocations.beforeDestroy(model, id)
      const removed = records.remove(idOf(id))
      // What the library takes it for is in hand; what that leads to is written with it.
      await (model === 'Interaction' ? keepForAnswer(removed) : removed)
    },
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
  }
}

/**
 * The id is given back by `find`. An interaction needs neither the raw session cookie that the library puts in it, nor the
 * ID token of a hint, which was checked when the request came.
 */
function withoutSecrets(payload: AdapterPayload, secretId: boolean): Record<string, unknown> {
  const { jti, session, params, ...rest } = payload as AdapterPayload & Partial<Record<'session' | 'params', object>>
  return {
    ...rest,
    ...(secretId ? {} : { jti }),
    ...(session ? { session: without(session, 'cookie') } : {}),
    ...(params ? { params: without(params, 'id_token_hint') } : {}),
  }
}

function without(object: object, name: string): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
}
