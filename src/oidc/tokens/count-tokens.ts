// Which tokens live, by what the library says of them. It says nothing of those that go with their grant: see revocations.ts.
import type { EventEmitter } from 'node:events'
import type Provider from 'oidc-provider'
import type { LiveCounts, LiveKind } from '../../core/metrics/live-counts.ts'

export const TOKEN_COUNTS = {
  AccessToken: 'access_tokens',
  ClientCredentials: 'client_credentials',
  RefreshToken: 'refresh_tokens',
} as const satisfies Record<string, LiveKind>

/** The part of the library's models that is read here. Times are in epoch seconds. */
interface Token {
  kind: string
  exp?: number
  /** How long a new one is to live. Seconds. */
  expiration: number
  consumed?: unknown
}

export function countTokens(provider: Provider, live: LiveCounts): void {
  // Its types list each event by itself.
  const emitter = provider as unknown as EventEmitter
  const note = (event: string, take: (token: Token, kind: LiveKind) => void) => {
    for (const [model, kind] of Object.entries(TOKEN_COUNTS)) {
      emitter.on(`${snakeCase(model)}.${event}`, (token: Token) => take(token, kind))
    }
  }
  const enter = (token: Token, kind: LiveKind) => live[kind].enter(endOf(token))
  const leave = (token: Token, kind: LiveKind) => live[kind].leave(endOf(token))
  note('saved', enter)
  // As `saved`, of those that are not kept: JWT.
  note('issued', enter)
  note('consumed', leave)
  // One that was used up is counted out already.
  note('destroyed', (token, kind) => token.consumed || leave(token, kind))
}

/**
 * Epoch milliseconds. The library works out `exp` as it saves, in whole seconds, and keeps it for those it loads alone;
 * `expiration` is worked out when it is read, which only works within a request of its own.
 */
function endOf(token: Token): number {
  return (token.exp ?? Math.floor(Date.now() / 1000) + token.expiration) * 1000
}

function snakeCase(model: string): string {
  return model.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
}
