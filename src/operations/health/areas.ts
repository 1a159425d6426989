// What each area checks. docs/operations.md says the same in words.
import { auditDeclaration, type AuditEntry } from '../../core/events/events.ts'
import type { LiveCounts } from '../../core/metrics/live-counts.ts'
import type { Channel } from '../../core/outbox/outbox.ts'
import type { Postbox } from '../../core/outbox/postbox.ts'
import { signInDeclaration } from '../../core/sessions/signins.ts'
import { failuresOfEveryone } from '../../methods/password/limits.ts'
import type { MethodServices } from '../../methods/method.ts'
import { KEY_TYPES, type KeyFacts, type KeyRing } from '../../oidc/keys/keys.ts'
import { recordKinds, sessionDeclaration } from '../../oidc/store/records.ts'
import type { Declaration, Document, Store } from '../../storage/port.ts'
import type { Check, CheckResult } from './check.ts'

export interface HealthParts extends MethodServices {
  store: Store
  postbox: Postbox
  keys: KeyRing
  live: LiveCounts
}

export type Area = 'auth/login' | 'sessions' | 'security' | 'tokens'

/** So many tries in a row that failed, the last not long ago, mean that nothing can be sent. */
const SEND_FAILURES = 3
/** So long a message waits only where none is sent, by any process; so long a failure counts. Milliseconds. */
const LONG = 15 * 60 * 1000
/** How late keys may be renewed, for a job that is tried again each hour. Milliseconds. */
const KEYS_LATE = 24 * 60 * 60 * 1000
/** What no document is called. */
const NOBODY = 'health'

export function healthAreas(parts: HealthParts): Record<Area, Record<string, Check>> {
  const { config, store, hasher, postbox, keys, live } = parts
  const writable = async () => (await store.ping(), { ok: true })
  const readable = (declaration: Declaration<Document>) => async () => {
    await store.collection(declaration).get(NOBODY)
    return { ok: true }
  }
  const ofKind = (model: string) => readable(recordKinds[model]!.declaration)

  return {
    'auth/login': {
      store: writable,
      hashing() {
        const { running, waiting, full } = hasher.state()
        return { ok: !full, running, waiting, width: config.hashConcurrency, queue: config.hashQueue }
      },
      mail: () => sendingHealth(postbox, 'mail'),
      ...(config.sms === undefined ? {} : { sms: () => sendingHealth(postbox, 'sms') }),
    },
    sessions: {
      sessions: readable(sessionDeclaration),
      signIns: readable(signInDeclaration),
      async live() {
        return { ok: true, count: await live.read('sessions') }
      },
    },
    security: {
      async audit() {
        // An entry would be one about nothing: a change that is refused takes the same way.
        await store.collection<AuditEntry>(auditDeclaration).update(NOBODY, () => undefined)
        return writable()
      },
      async failures() {
        const { count, max } = await failuresOfEveryone(parts)
        return { ok: count <= max, count, max }
      },
      async locks() {
        return { ok: true, count: await live.read('locks') }
      },
      async keys() {
        const from = Math.max(...(await keys.list()).filter(isSigning).map(({ signsFrom }) => Date.parse(signsFrom)))
        const renewBy = from + config.signingKeyTtl * 1000
        return {
          ok: renewBy + KEYS_LATE > Date.now(),
          signingSince: new Date(from).toISOString(),
          renewBy: new Date(renewBy).toISOString(),
        }
      },
    },
    tokens: {
      async signing() {
        const types = (await keys.list()).filter(isSigning).map(({ type }) => type)
        const missing = KEY_TYPES.filter(type => !types.includes(type))
        return { ok: missing.length === 0, keys: types.toSorted(), ...(missing.length > 0 ? { missing } : {}) }
      },
      opening: async () => ({ ok: (await keys.load()).jwks.keys.length > 0 }),
      codes: ofKind('AuthorizationCode'),
      accessTokens: ofKind('AccessToken'),
      refreshTokens: ofKind('RefreshToken'),
      serviceTokens: ofKind('ClientCredentials'),
    },
  }
}

function isSigning({ state }: KeyFacts): boolean {
  return state === 'signing'
}

async function sendingHealth(postbox: Postbox, channel: Channel): Promise<CheckResult> {
  const { failing, underWay, lastSentAt, lastFailedAt } = postbox.state(channel)
  const { waiting, dead, oldestAt = Date.now() } = await postbox.waiting(channel)
  const waits = Math.max(0, Date.now() - oldestAt)
  const time = (at: number) => new Date(at).toISOString()
  return {
    ok: !(failing >= SEND_FAILURES && Date.now() - (lastFailedAt ?? 0) < LONG) && waits < LONG,
    waiting,
    oldestSeconds: Math.round(waits / 1000),
    dead,
    underWay,
    failing,
    ...(lastSentAt ? { lastSentAt: time(lastSentAt) } : {}),
    ...(lastFailedAt ? { lastFailedAt: time(lastFailedAt) } : {}),
  }
}
