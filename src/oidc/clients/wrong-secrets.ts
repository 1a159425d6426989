// Who tries secrets of a client is told to wait. A secret has 256 bits and is not guessed, so that nothing is counted for
// who has the right one.
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Events } from '../../core/events/events.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import { createClientLimit, toWait } from './client-limit.ts'

export type WrongSecrets = ReturnType<typeof createWrongSecrets>

export function createWrongSecrets(limits: Limits, events: Events) {
  const { closedFor, seen } = createClientLimit(rules.clientSecret, limits, events)
  return {
    /** @throws TooManySecrets 429, while the network has sent too many wrong secrets of the client */
    requireOpen(ctx: KoaContextWithOIDC, clientId: string): void {
      const left = closedFor(ctx, clientId)
      if (left === 0) return
      ctx.set('Retry-After', toWait(left))
      throw new TooManySecrets()
    },

    /** Counts a wrong one, beside the answer. */
    seen,
  }
}

/** RFC 6749 has no word for it; the status is that of RFC 6585, section 4. */
class TooManySecrets extends errors.OIDCProviderError {
  constructor() {
    super(429, 'temporarily_unavailable')
    this.error_description = 'too many wrong client secrets from this network; wait, and try again'
  }
}
