// The composition root: everything is made here and handed to who needs it. Nothing else knows everything.
import { join } from 'node:path'
import Koa, { type Middleware } from 'koa'
import compose from 'koa-compose'
import { accountRoutes } from './account/routes.ts'
import { setupRoutes } from './admin/setup.ts'
import { createAccounts } from './core/accounts/accounts.ts'
import { createVerifications } from './core/accounts/verifications.ts'
import { openAttempts } from './core/attempts.ts'
import { createConsents } from './core/consents.ts'
import { createChallenges } from './core/challenges.ts'
import { createConsoleLogins } from './core/consoles/logins.ts'
import { createConsoleSessions } from './core/consoles/sessions.ts'
import { openCredentials } from './core/credentials.ts'
import { createDevices } from './core/devices.ts'
import { createEvents } from './core/events/events.ts'
import { logEvents } from './core/events/log-events.ts'
import { createHasher } from './core/hasher.ts'
import { createInvitations } from './core/invitations.ts'
import { createJobRecords } from './core/job-records.ts'
import { createLimits } from './core/limits.ts'
import { createLinks } from './core/links.ts'
import { createLogouts } from './core/logouts.ts'
import { holdPolicy } from './core/policy/held.ts'
import { countLocks, measureIdentity } from './core/metrics/identity.ts'
import { createLiveCounts } from './core/metrics/live-counts.ts'
import { readJobs } from './core/metrics/work.ts'
import { createPolicies } from './core/policy/policies.ts'
import { createPostbox } from './core/postbox.ts'
import { createSignIns } from './core/signins.ts'
import { listJobs } from './jobs/list.ts'
import { homePage } from './signin/home.ts'
import { createLocalBus, type Bus } from './lib/bus.ts'
import { relatedOrigins } from './signin/related-origins.ts'
import type { Config } from './lib/config/schema.ts'
import { createGuardedFetch } from './lib/fetch.ts'
import type { Log } from './lib/log.ts'
import { createMailer } from './lib/mail/create.ts'
import { createSealer, deriveKeys } from './lib/seal.ts'
import { createViews } from './lib/views.ts'
import { createSmsSender } from './lib/sms/create.ts'
import { assets } from './lib/web/assets.ts'
import { behindEdge } from './lib/web/edge.ts'
import { faults } from './lib/web/faults.ts'
import { securityHeaders } from './lib/web/headers.ts'
import { health } from './lib/web/health.ts'
import { isOwnPage } from './lib/web/own-pages.ts'
import { sameOrigin } from './lib/web/same-origin.ts'
import { trace } from './lib/web/trace.ts'
import { LIBRARY_FOR_BROWSERS } from './methods/passkey/browser.ts'
import { createClients } from './oidc/clients/clients.ts'
import { ACCOUNT_CONSOLE } from './oidc/consoles/console-clients.ts'
import { createConsole } from './oidc/consoles/console.ts'
import { isEndpoint } from './oidc/web/endpoints.ts'
import { exactPaths } from './oidc/web/exact-paths.ts'
import { createGrantLoader } from './oidc/grants.ts'
import { createKeyRing } from './oidc/keys/keys.ts'
import { longestLife } from './oidc/lifetimes.ts'
import { settle } from './oidc/under-way.ts'
import { formPostPage } from './oidc/pages/form-post.ts'
import { startProvider } from './oidc/live-provider.ts'
import { quietLogout } from './oidc/pages/quiet-logout.ts'
import { createPages } from './oidc/pages/pages.ts'
import { createDecisions } from './oidc/policy.ts'
import { sendLogouts } from './oidc/sessions/send-logouts.ts'
import { createSessions } from './oidc/sessions/sessions.ts'
import { createManagement } from './operations/answers.ts'
import { createObservation } from './operations/observe.ts'
import { beginAttempt } from './signin/begin.ts'
import { linkRoutes } from './signin/links/routes.ts'
import { signInRoutes } from './signin/routes.ts'
import type { SignInServices } from './signin/services.ts'
import { announceWrites } from './storage/announced.ts'
import { factsOf } from './methods/facts.ts'
import { methods as listed, workingMethods } from './methods/list.ts'
import type { Method, MethodServices } from './methods/method.ts'
import { Unavailable, type Store } from './storage/port.ts'

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
  const mailer = observation.mailer(createMailer(config, log))
  const postbox = createPostbox(mailer, views, log, work.mailed)
  const events = createEvents(store, config, bus)
  const live = createLiveCounts(store)
  countLocks(events, live)
  events.readBy(logEvents(log))
  const accounts = createAccounts(store)
  const consents = createConsents(store)
  const signIns = createSignIns(store)
  const attempts = openAttempts(store)
  const devices = createDevices(store)
  const policies = createPolicies(store)
  const policy = holdPolicy(policies, config)
  const logouts = createLogouts(store, () => setImmediate(tellApps))
  const sessions = createSessions({ store, accounts, signIns, logouts, events, live })
  const invitations = createInvitations(store)
  const sealer = createSealer(config.secrets)
  const keys = createKeyRing(store, sealer, { keepFor: longestLife(config) })
  const hasher = createHasher({ width: config.hashConcurrency, queue: config.hashQueue, ended: work.hashed })
  const guardedFetch = observation.fetch(createGuardedFetch(config.allowNetworks))
  const sms = observation.sms(createSmsSender(config, guardedFetch, log))
  const methodServices: MethodServices = {
    methods: workingMethods(all, config),
    config,
    accounts,
    credentials: openCredentials(store),
    challenges: createChallenges(store, { keys: deriveKeys(config.secrets, 'codes'), ttl: config.codeTtl }),
    limits: createLimits(store, work.limited),
    links: createLinks(store, { ttl: config.magicLinkTtl }),
    hasher: observation.hasher(hasher),
    sealer,
    postbox,
    ...(sms ? { sms } : {}),
  }
  const cookieKeys = deriveKeys(config.secrets, 'cookies').map(key => key.toString('base64url'))

  const decisions = createDecisions({
    signIns,
    events,
    factsOf: account => factsOf(methodServices, account),
    policy,
    limits: methodServices.limits,
  })
  const provider = await startProvider(
    {
      config,
      store,
      accounts,
      decisions,
      sessions,
      logouts,
      live,
      policy,
      pages: createPages(views, accounts),
      loadExistingGrant: createGrantLoader(store, consents),
      beginAttempt: (ctx, interaction) => beginAttempt({ attempts, signIns, config }, ctx, interaction),
      cookieKeys,
      fetch: guardedFetch,
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

  const services: SignInServices = {
    ...methodServices,
    provider: provider.current,
    verifications: createVerifications(store, { codeTtl: config.codeTtl, linkTtl: config.verificationTtl }),
    attempts,
    consents,
    devices,
    signIns,
    events,
    policy,
    views,
    endSession: (uid, origin) => sessions.end(uid, 'other_account', origin),
  }
  const console = createConsole(
    {
      config,
      accounts,
      signIns,
      sessions,
      policy,
      limits: methodServices.limits,
      consoleSessions: createConsoleSessions(store),
      consoleLogins: createConsoleLogins(store),
      provider: provider.current,
      handler: () => handler,
    },
    ACCOUNT_CONSOLE,
  )
  const routers = [
    signInRoutes(services),
    linkRoutes(services),
    setupRoutes({ ...methodServices, accounts, invitations, events, views }),
    accountRoutes({
      ...methodServices,
      console,
      events,
      devices,
      signIns,
      policy,
      views,
      factsOf: account => factsOf(methodServices, account),
      endEverywhere: (accountId, origin) => sessions.endEverywhere(accountId, 'password_changed', origin),
    }),
  ]

  const koa = new Koa()
  koa.proxy = true
  koa.keys = cookieKeys
  koa.silent = true
  let draining = false
  const ready = () => (draining ? Promise.reject(new Unavailable('the server is stopping')) : store.ping())
  for (const watch of observation.requests()) koa.use(watch)
  koa.use(securityHeaders(config.issuer.startsWith('https:')))
  const around = compose<Koa.Context>([trace(log), faults(views, error => error instanceof Unavailable)])
  // On the way of what apps call, nothing of pages is looked for.
  const endpoints = compose<Koa.Context>([around, settle, provider.middleware])
  koa.use((ctx, next) => (isEndpoint(ctx.path) ? endpoints(ctx) : next()))
  koa.use(health(ready))
  koa.use(around)
  koa.use(assets(join(VIEWS, 'assets'), { 'webauthn.js': LIBRARY_FOR_BROWSERS }))
  koa.use(exactPaths)
  koa.use(homePage(views, config))
  koa.use(relatedOrigins(config))
  const ownPages = compose([sameOrigin(config.issuer), ...routers.map(router => router.routes())] as Middleware[])
  koa.use((ctx, next) => (isOwnPage(ctx.path) ? ownPages(ctx, next) : next()))
  koa.use(settle)
  koa.use(quietLogout)
  koa.use(formPostPage(views))
  koa.use(provider.middleware)

  const jobRecords = createJobRecords(store, work.ran)
  const jobs = listJobs({ config, store, signIns, sessions, events, keys, sendLogouts: tellDue })
  measureIdentity(metrics, { events, live, hasher: methodServices.hasher, postbox })
  readJobs(metrics, jobs, jobRecords)
  const keepCounts = live.keep(error => log.warn({ err: error }, 'live counts could not be written'))
  const handler = behindEdge(config, koa.callback())

  return {
    handler,
    store,
    bus,
    accounts,
    devices,
    events,
    keys,
    invitations,
    postbox,
    mailer,
    methodServices,
    jobs,
    sessions,
    signIns,
    policies,
    policy,
    jobRecords,
    management: createManagement({
      ...methodServices,
      store,
      postbox,
      keys,
      live,
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
      await postbox.settled(MAILS_AT_END)
      mailer.close()
      await keepCounts()
      await bus.close()
      await store.close()
      await observation.close()
    },
  }
}
