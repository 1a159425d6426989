// The provider that serves now. When the keys change it is made anew and swapped; requests under way end on the old one.
import compose from 'koa-compose'
import type Provider from 'oidc-provider'
import type { Context, Middleware, Next } from 'koa'
import type { Log } from '../../lib/log.ts'
import { Unavailable } from '../../storage/port.ts'
import type { Bus } from '../../lib/bus.ts'
import { policyDeclaration } from '../../core/policy/policies.ts'
import { changesOf } from '../../storage/layers/announced.ts'
import { keyDeclaration, type KeyRing } from '../keys/keys.ts'
import { prepare } from '../web/prepared.ts'
import { createProvider, type ProviderParts } from './provider.ts'
import { listen } from './listeners.ts'
import { createRevocations } from '../sessions/revocations.ts'
import type { Events } from '../../core/events/events.ts'

/** How often a process looks whether the keys or the policy have changed, should nobody have told it. Milliseconds. */
const LOOK_EVERY = 5000

export interface LiveProvider {
  current(): Provider
  middleware: Middleware
  /** Looks at the keys and the policy now, and swaps the provider when the keys have changed. */
  refresh(): Promise<void>
  stop(): void
}

/** @throws Unavailable when the keys cannot be read at the start */
export async function startProvider(
  parts: ProviderParts,
  ring: KeyRing,
  events: Events,
  bus: Bus,
  log: Log,
): Promise<LiveProvider> {
  const revocations = createRevocations(events, log, parts.live)
  let version = ''
  let provider!: Provider
  let handle!: (ctx: Context, next: Next) => Promise<void>

  async function look(): Promise<void> {
    await parts.policy.read()
    const keys = await ring.load()
    if (keys.version === version) return
    const next = createProvider(parts, keys, revocations)
    listen(next, events, log)
    version = keys.version
    provider = next
    handle = prepare(compose(next.middleware) as typeof handle)
  }

  // One after the other: a look that began earlier must not end later, with what is older.
  let looking = Promise.resolve()
  const refresh = () => (looking = looking.then(look, look))

  function refreshIfPossible(): void {
    refresh().catch((error: unknown) => {
      if (error instanceof Unavailable) log.warn({ err: error }, 'the keys could not be looked at')
      else log.error({ err: error }, 'the keys could not be renewed')
    })
  }

  await refresh()
  const timer = setInterval(refreshIfPossible, LOOK_EVERY).unref()
  const heard = [keyDeclaration, policyDeclaration].map(each => bus.subscribe(changesOf(each), refreshIfPossible))

  return {
    current: () => provider,
    middleware: (ctx, next) => handle(ctx, next),
    refresh,
    stop() {
      clearInterval(timer)
      for (const end of heard) end()
    },
  }
}
