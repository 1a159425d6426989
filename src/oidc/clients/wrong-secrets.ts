// Who tries secrets of a client is told to wait. A secret has 256 bits and is not guessed, so that nothing is counted for
// who has the right one: a wrong one is counted when it was seen, and what is closed is known to the process by itself.
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Events } from '../../core/events/events.ts'
import { LimitReached, type Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import { networkOf } from '../../lib/network.ts'
import { originOf } from '../origin.ts'
import { keep } from '../provider/under-way.ts'

/** So many are remembered as closed. More would be a flood from everywhere, which the store still counts. */
const MAX_CLOSED = 10_000

export type WrongSecrets = ReturnType<typeof createWrongSecrets>

export function createWrongSecrets(limits: Limits, events: Events) {
  /** Until when, in epoch milliseconds. */
  const closed = new Map<string, number>()
  const keyOf = (ctx: KoaContextWithOIDC, clientId: string) => `${clientId}:${networkOf(ctx.ip)}`

  return {
    /** @throws TooManySecrets 429, while the network has sent too many wrong secrets of the client */
    requireOpen(ctx: KoaContextWithOIDC, clientId: string): void {
      if (closed.size === 0) return
      const key = keyOf(ctx, clientId)
      const left = (closed.get(key) ?? 0) - Date.now()
      if (left > 0) throw tooMany(ctx, left)
      closed.delete(key)
    },

    /** Counts a wrong one, beside the answer. */
    seen(ctx: KoaContextWithOIDC, clientId: string): void {
      const key = keyOf(ctx, clientId)
      const counting = limits.count(rules.clientSecret, key).catch(async (error: unknown) => {
        if (!(error instanceof LimitReached)) throw error
        if (closed.size >= MAX_CLOSED) closed.delete(closed.keys().next().value!)
        closed.set(key, error.until)
        if (error.begins)
          await events.emit({
            type: 'client.locked',
            ...originOf(ctx),
            clientId,
            outcome: 'failure',
            details: { limit: rules.clientSecret.name, until: error.until },
          })
      })
      keep(ctx, counting)
    },
  }
}

/** RFC 6749 has no word for it; the status is that of RFC 6585, section 4. */
class TooManySecrets extends errors.OIDCProviderError {
  constructor() {
    super(429, 'temporarily_unavailable')
    this.error_description = 'too many wrong client secrets from this network; wait, and try again'
  }
}

function tooMany(ctx: KoaContextWithOIDC, milliseconds: number): TooManySecrets {
  ctx.set('Retry-After', String(Math.max(1, Math.ceil(milliseconds / 1000))))
  return new TooManySecrets()
}
