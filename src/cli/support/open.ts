import { createAccounts, type Accounts } from '../../core/accounts/accounts.ts'
import { openCredentials, type Credentials } from '../../core/credentials.ts'
import { createEvents, type Events, type Origin } from '../../core/events/events.ts'
import { createHasher, type Hasher } from '../../core/hashing/hasher.ts'
import { rulesInForce } from '../../core/limits/settings.ts'
import { createLimits, type Limits } from '../../core/limits/limits.ts'
import { createLogouts, type Logouts } from '../../core/sessions/logouts.ts'
import { countLocks } from '../../core/metrics/identity.ts'
import { createLiveCounts, type LiveCounts } from '../../core/metrics/live-counts.ts'
import { createScreen, type Screen } from '../../core/passwords/screen.ts'
import { holdPolicy, type HeldPolicy } from '../../core/policy/held.ts'
import { createPolicies } from '../../core/policy/policies.ts'
import { createSignIns, type SignIns } from '../../core/sessions/signins.ts'
import { createDevices } from '../../core/sessions/devices.ts'
import { createNotices, type Notices } from '../../core/notices/notices.ts'
import { readNotices } from '../../core/notices/reader.ts'
import { loadConfig } from '../../lib/config/load.ts'
import type { Bus } from '../../lib/bus.ts'
import type { Config } from '../../lib/config/schema.ts'
import { createGuardedFetch } from '../../lib/fetch.ts'
import { createLog } from '../../lib/log.ts'
import { createSealer, deriveKeys, type Sealer } from '../../lib/seal.ts'
import { methods, workingMethods } from '../../methods/list.ts'
import { limitedMethods } from '../../methods/tries.ts'
import type { Method } from '../../methods/method.ts'
import { declarations } from '../../oidc/declarations.ts'
import { createKeyRing, type KeyRing } from '../../oidc/keys/keys.ts'
import { longestLife } from '../../oidc/provider/lifetimes.ts'
import { createSessions, type Sessions } from '../../oidc/sessions/sessions.ts'
import { announceWrites } from '../../storage/layers/announced.ts'
import { openBus } from '../../storage/bus.ts'
import { openStore } from '../../storage/open.ts'
import type { Store } from '../../storage/port.ts'
import { CommandError } from './failure.ts'

/** What commands work with. */
export interface Opened {
  config: Config
  store: Store
  bus: Bus
  accounts: Accounts
  credentials: Credentials
  hasher: Hasher
  sealer: Sealer
  screen: Screen
  policy: HeldPolicy
  methods: readonly Method[]
  limits: Limits
  events: Events
  notices: Notices
  keys: KeyRing
  signIns: SignIns
  logouts: Logouts
  live: LiveCounts
  /** Apps are told of the sessions' ends by the server, which looks for what waits in the store. */
  sessions: Sessions
}

const silent = createLog({ logLevel: 'silent' })

/** What an audit entry says about where it came from. */
export const ORIGIN = { actor: 'command line' } satisfies Origin

/**
 * Opens the store that the configuration names, does the work, and closes it, so that the process can end.
 * @throws ConfigError, CannotOpen, Unavailable, and what the work throws
 */
export async function withStore<Result>(work: (opened: Opened) => Promise<Result>): Promise<Result> {
  const config = loadConfig()
  requireShared(config)
  const opened = await openStore(config.store, declarations, config.redis)
  const bus = await openBus(config.redis).catch(async (error: unknown) => {
    await opened.close()
    throw error
  })
  const store = announceWrites(opened, bus)
  const events = createEvents(store, config, bus)
  const live = createLiveCounts(store)
  countLocks(events, live)
  const notices = createNotices(store, deriveKeys(config.secrets, 'notices'))
  // Noted here, told by the server.
  const noticesSettled = readNotices({ events, notices, devices: createDevices(store), log: silent })
  const accounts = createAccounts(store)
  const signIns = createSignIns(store)
  const logouts = createLogouts(store)
  const sealer = createSealer(config.secrets)
  try {
    return await work({
      config,
      store,
      bus,
      accounts,
      credentials: openCredentials(store),
      hasher: createHasher({ width: config.hashConcurrency, queue: config.hashQueue }),
      sealer,
      screen: createScreen({
        config,
        fetch: createGuardedFetch(config.allowNetworks),
        asked: (_answer, reason) =>
          reason && process.stderr.write(`The password was not looked up among leaked ones: ${reason}.\n`),
      }),
      policy: holdPolicy(createPolicies(store), config),
      methods: workingMethods(methods, config),
      limits: createLimits(store, {
        inForce: rulesInForce(config, limitedMethods(methods)),
      }),
      notices,
      events,
      keys: createKeyRing(store, sealer, { keepFor: longestLife(config) }),
      signIns,
      logouts,
      live,
      sessions: createSessions({ store, accounts, signIns, logouts, events, live }),
    })
  } finally {
    // What a command ended is counted as ended; a store that is away now has nothing that could have been.
    await noticesSettled()
    await live.flush().catch(() => {})
    await bus.close()
    await store.close()
  }
}

/** @throws CommandError for a store that no other process can see */
export function requireShared({ store }: Config): void {
  if (store !== 'sqlite::memory:') return
  throw new CommandError(
    'LATCHKEY_STORE: expected sqlite:PATH or mongodb://…, got sqlite::memory:, which only the server’s own process sees',
  )
}
