// The composition root: everything is made here and handed to who needs it. Nothing else knows everything.
import { join } from 'node:path'
import type { RequestListener } from 'node:http'
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
import { createLocalBus, type Bus } from './lib/bus.ts'
import type { Config } from './lib/config/schema.ts'
import { createGuardedFetch } from './lib/fetch.ts'
import type { Log } from './lib/log.ts'
import { createMailer } from './lib/mail/create.ts'
import { createSealer, deriveKeys } from './lib/seal.ts'
import { createViews } from './lib/views.ts'
import { createSmsSender } from './lib/sms/create.ts'
import { createCookieKeys } from './lib/web/cookie-keys.ts'
import { createClients } from './oidc/clients/clients.ts'
import { ACCOUNT_CONSOLE } from './oidc/consoles/console-clients.ts'
import { createConsole } from './oidc/consoles/console.ts'
import { createGrantLoader } from './oidc/grants.ts'
import { createKeyRing } from './oidc/keys/keys.ts'
import { longestLife } from './oidc/lifetimes.ts'
import { startProvider } from './oidc/live-provider.ts'
import { createPages } from './oidc/pages/pages.ts'
import { createDecisions } from './oidc/policy.ts'
import { sendLogouts } from './oidc/sessions/send-logouts.ts'
import { createSessions } from './oidc/sessions/sessions.ts'
import { createManagement } from './operations/answers.ts'
import { createObservation } from './operations/observe.ts'
import { beginAttempt } from './signin/begin.ts'
import { signInRouters } from './signin/routes.ts'
import type { SignInServices } from './signin/services.ts'
import { announceWrites } from './storage/announced.ts'
import { factsOf } from './methods/facts.ts'
import { methods as listed, workingMethods } from './methods/list.ts'
import type { Method, MethodServices } from './methods/method.ts'
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
    fetch: guardedFetch,
    ...(sms ? { sms } : {}),
  }
  const cookieKeys = createCookieKeys(deriveKeys(config.secrets, 'cookies'))

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
      factsOf: account => factsOf(methodServices, account),
      provider: provider.current,
      handler: () => handler,
    },
    ACCOUNT_CONSOLE,
  )
  const routers = [
    ...signInRouters(services),
    setupRoutes({ ...methodServices, accounts, invitations, events, views }),
    accountRoutes({
      ...methodServices,
      console,
      events,
      devices,
      policy,
      views,
      factsOf: account => factsOf(methodServices, account),
      endEverywhere: (accountId, origin) => sessions.endEverywhere(accountId, 'password_changed', origin),
    }),
  ]

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
    ready,
  })

  const jobRecords = createJobRecords(store, work.ran)
  const jobs = listJobs({ config, store, signIns, sessions, events, keys, sendLogouts: tellDue })
  measureIdentity(metrics, { events, live, hasher: methodServices.hasher, postbox })
  readJobs(metrics, jobs, jobRecords)
  const keepCounts = live.keep(error => log.warn({ err: error }, 'live counts could not be written'))

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
