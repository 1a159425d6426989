// A limit on what an app gets wrong, from one network. Nothing is counted for who gets it right: what is wrong is counted when
// it was seen, and what is closed is known to the process by itself.
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Events } from '../../core/events/events.ts'
import { LimitReached, type Limits } from '../../core/limits/limits.ts'
import type { Rule } from '../../core/limits/rule.ts'
import { networkOf } from '../../lib/network.ts'
import { originOf } from '../origin.ts'
import { keep } from '../provider/under-way.ts'

/** So many are remembered as closed. More would be a flood from everywhere, which the store still counts. */
const MAX_CLOSED = 10_000

export type ClientLimit = ReturnType<typeof createClientLimit>

export function createClientLimit(rule: Rule, limits: Limits, events: Events) {
  /** Until when, in epoch milliseconds. */
  const closed = new Map<string, number>()
  const keyOf = (ctx: KoaContextWithOIDC, clientId: string) => `${clientId}:${networkOf(ctx.ip)}`

  return {
    /** Milliseconds until it opens again; 0 when it is open. */
    closedFor(ctx: KoaContextWithOIDC, clientId: string): number {
      if (closed.size === 0) return 0
      const key = keyOf(ctx, clientId)
      const left = (closed.get(key) ?? 0) - Date.now()
      if (left > 0) return left
      closed.delete(key)
      return 0
    },

    /** Counts what was wrong, beside the answer. */
    seen(ctx: KoaContextWithOIDC, clientId: string): void {
      const key = keyOf(ctx, clientId)
      const counting = limits.count(rule, key).catch(async (error: unknown) => {
        if (!(error instanceof LimitReached)) throw error
        if (closed.size >= MAX_CLOSED) closed.delete(closed.keys().next().value!)
        closed.set(key, error.until)
        if (error.begins)
          await events.emit({
            type: 'client.locked',
            ...originOf(ctx),
            clientId,
            outcome: 'failure',
            details: { limit: rule.name, until: error.until },
          })
      })
      keep(ctx, counting)
    },
  }
}

/** Seconds, for Retry-After. */
export function toWait(milliseconds: number): string {
  return String(Math.max(1, Math.ceil(milliseconds / 1000)))
}
