// What the program knows and keeps, without its web pages: the core's parts, made once over one store.
import type { Account } from '../core/accounts/account.ts'
import { createAccounts } from '../core/accounts/accounts.ts'
import { createVerifications } from '../core/accounts/verifications.ts'
import { openAttempts } from '../core/attempts.ts'
import { createChallenges } from '../core/challenges.ts'
import { createConsents } from '../core/consents.ts'
import { openCredentials } from '../core/credentials.ts'
import { createDevices } from '../core/sessions/devices.ts'
import { createEvents } from '../core/events/events.ts'
import { logEvents } from '../core/events/log-events.ts'
import { createHasher } from '../core/hashing/hasher.ts'
import { createInvitations } from '../core/links/invitations.ts'
import { createLimits } from '../core/limits/limits.ts'
import { rulesInForce } from '../core/limits/settings.ts'
import { createLinks } from '../core/links/links.ts'
import { createNotices } from '../core/notices/notices.ts'
import { readNotices } from '../core/notices/reader.ts'
import { createTeller } from '../core/notices/tell.ts'
import { countLocks } from '../core/metrics/identity.ts'
import { createLiveCounts } from '../core/metrics/live-counts.ts'
import { createScreen } from '../core/passwords/screen.ts'
import { createPolicies } from '../core/policy/policies.ts'
import { holdPolicy } from '../core/policy/held.ts'
import { noteBounces } from '../core/outbox/bounces.ts'
import { createOutboxes } from '../core/outbox/outbox.ts'
import { createPostbox } from '../core/outbox/postbox.ts'
import { createSignIns } from '../core/sessions/signins.ts'
import { createRecoveries } from '../core/recoveries/recoveries.ts'
import { createWork } from '../core/work.ts'
import type { Bus } from '../lib/bus.ts'
import type { Config } from '../lib/config/schema.ts'
import { createGuardedFetch } from '../lib/fetch.ts'
import type { Log } from '../lib/log.ts'
import { createMailer } from '../lib/mail/create.ts'
import { createSealer, deriveKeys } from '../lib/seal.ts'
import { createSmsSender } from '../lib/sms/create.ts'
import type { Views } from '../lib/views.ts'
import { factsOf } from '../methods/facts.ts'
import { knownMethods, nameFactor, workingMethods } from '../methods/list.ts'
import type { Method, MethodServices } from '../methods/method.ts'
import { limitedMethods } from '../methods/tries.ts'
import type { Observation } from '../operations/observe.ts'
import type { Store } from '../storage/port.ts'

export type Domain = ReturnType<typeof createDomain>

export interface Ground {
  config: Config
  store: Store
  log: Log
  bus: Bus
  views: Views
  observation: Observation
  methods: readonly Method[]
}

export function createDomain({ config, store, log, bus, views, observation, methods }: Ground) {
  const { work } = observation
  const mailer = createMailer(config, log)
  const events = createEvents(store, config, bus)
  const accounts = createAccounts(store)
  const sealer = createSealer(config.secrets)
  const notices = createNotices(store, deriveKeys(config.secrets, 'notices'))
  const devices = createDevices(store)
  const bounced = noteBounces(accounts, events)
  const guardedFetch = observation.fetch(createGuardedFetch(config.allowNetworks))
  const postbox = createPostbox({
    outboxes: createOutboxes(store),
    mailer,
    sms: createSmsSender(config, guardedFetch, log),
    sealer,
    views,
    log,
    ended: { mail: work.mailed, sms: work.texted },
    bounced,
  })
  const teller = createTeller({
    config,
    notices,
    accounts,
    postbox,
    nameFactor: nameFactor(knownMethods(methods, config)),
  })
  postbox.alsoWaitFor(readNotices({ events, notices, devices, log, tell: teller.tell }))
  const live = createLiveCounts(store)
  countLocks(events, live)
  events.readBy(logEvents(log))
  const policies = createPolicies(store)
  const hasher = createHasher({ width: config.hashConcurrency, queue: config.hashQueue, ended: work.hashed })

  const methodServices: MethodServices = {
    methods: workingMethods(methods, config),
    config,
    accounts,
    credentials: openCredentials(store),
    challenges: createChallenges(store, { keys: deriveKeys(config.secrets, 'codes'), ttl: config.codeTtl }),
    limits: createLimits(store, {
      inForce: rulesInForce(config, limitedMethods(methods)),
      refused: work.limited,
      spent: ({ name: limit }, until) =>
        events.emit({ type: 'budget.spent', outcome: 'failure', details: { limit, until } }),
    }),
    links: createLinks(store, { ttl: config.magicLinkTtl }),
    hasher: observation.hasher(hasher),
    screen: createScreen({
      config,
      fetch: guardedFetch,
      asked: (answer, reason) => {
        work.lookedUp(answer)
        if (reason) log.warn({ reason }, 'a new password was not looked up among leaked ones')
      },
    }),
    policy: holdPolicy(policies, config),
    sealer,
    postbox,
    fetch: guardedFetch,
  }
  return {
    ...methodServices,
    /** What a method may use, and no more. */
    methodServices,
    mailer,
    events,
    live,
    policies,
    work: createWork(methodServices.limits, deriveKeys(config.secrets, 'work')),
    consents: createConsents(store),
    signIns: createSignIns(store),
    attempts: openAttempts(store),
    devices,
    notices,
    teller,
    invitations: createInvitations(store),
    recoveries: createRecoveries(store, { delay: config.recoveryDelay }),
    verifications: createVerifications(store, {
      keys: deriveKeys(config.secrets, 'codes'),
      codeTtl: config.codeTtl,
      linkTtl: config.verificationTtl,
    }),
    factsOf: (account: Account) => factsOf(methodServices, account),
  }
}
