// The composition root: everything is made here and handed to who needs it. Nothing else knows everything.
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
import { createDomain } from './app/domain.ts'
import { createSurfaces } from './app/surfaces.ts'
import { createJobRecords } from './core/job-records.ts'
import { createLogouts } from './core/sessions/logouts.ts'
import { measureIdentity } from './core/metrics/identity.ts'
import { readJobs } from './core/metrics/work.ts'
import { listJobs } from './jobs/list.ts'
import { createLocalBus, type Bus } from './lib/bus.ts'
import type { Config } from './lib/config/schema.ts'
import type { Log } from './lib/log.ts'
import { deriveKeys } from './lib/seal.ts'
import { createViews } from './lib/views.ts'
import { createCookieKeys } from './lib/web/browser/cookie-keys.ts'
import { createClients } from './oidc/clients/clients.ts'
import { limitDeadTokens } from './oidc/clients/dead-tokens.ts'
import { createWrongSecrets } from './oidc/clients/wrong-secrets.ts'
import { createGrantLoader } from './oidc/tokens/grants.ts'
import { createKeyRing } from './oidc/keys/keys.ts'
import { longestLife } from './oidc/provider/lifetimes.ts'
import { startProvider } from './oidc/provider/live-provider.ts'
import { createPages } from './oidc/pages/pages.ts'
import { createDecisions } from './oidc/authorization/policy.ts'
import { sendLogouts } from './oidc/sessions/send-logouts.ts'
import { createJumps } from './oidc/sessions/jumps.ts'
import { createSessions } from './oidc/sessions/sessions.ts'
import { createManagement } from './operations/answers.ts'
import { createObservation } from './operations/observe.ts'
import { beginAttempt } from './signin/attempt/begin.ts'
import { announceWrites } from './storage/layers/announced.ts'
import { methods as listed } from './methods/list.ts'
import type { Method } from './methods/method.ts'
import { Unavailable, type Store } from './storage/port.ts'
import { createHandler } from './web.ts'

const VIEWS = join(import.meta.dirname, '../views')

/** How long the end of the process waits for mails to a slow server. Milliseconds. */
const MAILS_AT_END = 5000

export type App = Awaited<ReturnType<typeof buildApp>>

/**
 * Wires the program over an open store. It listens on nothing: `handler` is for an HTTP server. A test may add methods.
 * @param bus tells other processes of changes, and this one of theirs
 */
export async function buildApp(
  config: Config,
  plainStore: Store,
  log: Log,
  { bus = createLocalBus(), methods: all = listed }: { bus?: Bus; methods?: readonly Method[] } = {},
) {
  const observation = await createObservation(config, log)
  const { metrics, work } = observation
  const store = announceWrites(observation.store(plainStore), bus)
  const { name, termsUrl, privacyUrl } = config
  const views = createViews(VIEWS, {
    page: { brand: { name }, lang: 'en', ...(termsUrl ? { termsUrl } : {}), ...(privacyUrl ? { privacyUrl } : {}) },
  })
  const domain = createDomain({ config, store, log, bus, views, observation, methods: all })
  const { accounts, events, live, policy, postbox } = domain
  const logouts = createLogouts(store, () => setImmediate(tellApps))
  const sessions = createSessions({ ...domain, store, logouts })
  const jumps = createJumps({ ...domain, sessions })
  const keys = createKeyRing(store, domain.sealer, { keepFor: longestLife(config) })
  const cookieKeys = createCookieKeys(deriveKeys(config.secrets, 'cookies'))

  const provider = await startProvider(
    {
      config,
      store,
      accounts,
      decisions: createDecisions({ ...domain, jumps }),
      sessions,
      logouts,
      live,
      policy,
      wrongSecrets: createWrongSecrets(domain.limits, events),
      limitDeadTokens: limitDeadTokens(domain.limits, events),
      pages: createPages(views, accounts),
      loadExistingGrant: createGrantLoader(store, domain.consents),
      beginAttempt: (ctx, interaction) => beginAttempt(domain, ctx, interaction),
      cookieKeys,
      fetch: domain.fetch,
    },
    keys,
    events,
    bus,
    log,
  )

  async function tellDue() {
    const outcome = await sendLogouts(provider.current(), logouts, log)
    work.toldOfSignOuts(outcome)
    return outcome
  }
  function tellApps(): void {
    tellDue().catch((error: unknown) => log.error({ err: error }, 'sign-outs could not be looked at'))
  }

  const routers = createSurfaces({
    ...domain,
    store,
    views,
    sessions,
    jumps,
    provider: provider.current,
    handler: () => handler,
  })

  let draining = false
  const ready = () => (draining ? Promise.reject(new Unavailable('the server is stopping')) : store.ping())
  const handler: RequestListener = createHandler({
    config,
    log,
    views,
    viewsFolder: VIEWS,
    cookieKeys,
    watches: observation.requests(),
    routers,
    provider: provider.middleware,
    shutsOut: policy.shutsOut,
    ready,
  })

  const jobRecords = createJobRecords(store, work.ran)
  const jobs = listJobs({ ...domain, store, sessions, keys, sendLogouts: tellDue })
  measureIdentity(metrics, { events, live, hasher: domain.hasher, postbox })
  readJobs(metrics, jobs, jobRecords)
  const keepCounts = live.keep(error => log.warn({ err: error }, 'live counts could not be written'))

  return {
    ...domain,
    handler,
    store,
    bus,
    keys,
    jobs,
    sessions,
    jobRecords,
    management: createManagement({
      ...domain,
      store,
      keys,
      instruments: metrics.instruments,
      ready,
    }),
    refreshKeys: provider.refresh,
    /** Every route of our own pages. */
    pageRoutes: routers.flatMap(({ stack }) => stack),
    clients: createClients(store, events, provider.current),
    /** /readyz answers 503 from now on, so that no new requests are sent here. */
    beginDraining(): void {
      draining = true
    },
    async close(): Promise<void> {
      provider.stop()
      await postbox.close(MAILS_AT_END)
      domain.mailer.close()
      await keepCounts()
      await bus.close()
      await store.close()
      await observation.close()
    },
  }
}
