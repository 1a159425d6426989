// What happens to people and apps, in numbers: read from the events, and from what the core's parts know of themselves.
import type { Metrics } from '../../lib/metrics/metrics.ts'
import { sample } from '../../lib/metrics/metrics.ts'
import type { AnyEvent, Events } from '../events/events.ts'
import type { Hasher } from '../hashing/hasher.ts'
import { CHANNELS } from '../outbox/outbox.ts'
import type { Postbox } from '../outbox/postbox.ts'
import type { LiveCounts } from './live-counts.ts'

export interface Measured {
  events: Events
  live: LiveCounts
  hasher: Pick<Hasher, 'state'>
  postbox: Pick<Postbox, 'state' | 'waiting'>
}

export function measureIdentity(metrics: Metrics, { events, live, hasher, postbox }: Measured): void {
  events.readBy(countSignIns(metrics))
  metrics.reading(
    { name: 'latchkey_events_total', help: 'Events, by type; `dropped`: details left out.', type: 'counter' },
    () => [...events.counts].map(([type, value]) => ({ labels: { type }, value })),
  )
  readLive(metrics, live)

  metrics.reading({ name: 'latchkey_hash_running', help: 'Passwords that are being hashed.' }, () =>
    sample(hasher.state().running),
  )
  metrics.reading({ name: 'latchkey_hash_waiting', help: 'Passwords that wait to be hashed.' }, () =>
    sample(hasher.state().waiting),
  )
  metrics.reading(
    { name: 'latchkey_hash_refused_total', help: 'Passwords refused with 503 as too many waited.', type: 'counter' },
    () => sample(hasher.state().refused),
  )
  metrics.reading({ name: 'latchkey_mails_under_way', help: 'Mails that are being handed over.' }, () =>
    sample(postbox.state('mail').underWay),
  )
  readOutbox(metrics, postbox)
}

function readOutbox(metrics: Metrics, postbox: Pick<Postbox, 'waiting'>): void {
  const aggregator = 'max'
  const read = () => Promise.all(CHANNELS.map(async channel => ({ channel, ...(await postbox.waiting(channel)) })))
  metrics.reading(
    { name: 'latchkey_outbox_messages', help: 'Messages in the outbox, by channel and state.', aggregator },
    async () =>
      (await read()).flatMap(({ channel, waiting, dead }) => [
        { labels: { channel, state: 'waiting' }, value: waiting },
        { labels: { channel, state: 'dead' }, value: dead },
      ]),
  )
  metrics.reading(
    {
      name: 'latchkey_outbox_oldest_seconds',
      help: 'Age of the oldest message that waits, by channel; 0 when none does.',
      aggregator,
    },
    async () =>
      (await read()).map(({ channel, oldestAt = Date.now() }) => ({
        labels: { channel },
        value: Math.max(0, Date.now() - oldestAt) / 1000,
      })),
  )
}

function countSignIns(metrics: Metrics): (event: AnyEvent) => void {
  const signIns = metrics.counter({
    name: 'latchkey_signins_total',
    help: 'Sign-ins that succeeded, and proofs that failed, by method (several joined by +) and outcome.',
    labels: ['method', 'outcome'],
  })
  const lockouts = metrics.counter({
    name: 'latchkey_lockouts_total',
    help: 'Limits that were passed while somebody proved who they are, once for each lock, by method and limit.',
    labels: ['method', 'limit'],
  })
  const tokens = metrics.counter({
    name: 'latchkey_tokens_issued_total',
    help: 'Answers of the token endpoint with tokens, by grant type.',
    labels: ['grant_type'],
  })
  return ({ type, details }) => {
    if (type === 'token.issued') tokens.with(details.grantType).value++
    else if (type === 'signin.succeeded') signIns.with(details.methods.join('+'), 'success').value++
    else if (type === 'signin.failed') signIns.with(details.method, 'failure').value++
    else if (type === 'signin.locked') lockouts.with(details.method, details.limit).value++
  }
}

/** The lock of an account, as opposed to that of a network: by the name of its limit. */
const OF_ACCOUNT = /\.account$/

/** Locks are entered and left by their events. */
export function countLocks(events: Events, { locks }: LiveCounts): void {
  events.readBy(event => {
    if (event.type === 'signin.locked' && event.accountId && OF_ACCOUNT.test(event.details.limit)) {
      locks.enter(event.details.until)
    }
    if (event.type === 'account.unlocked' && event.details.until) locks.leave(event.details.until)
  })
}

// All processes answer the same, but for what they have not added yet: hence the greatest, and not the sum.
function readLive(metrics: Metrics, live: LiveCounts): void {
  const aggregator = 'max'
  metrics.reading({ name: 'latchkey_live_sessions', help: 'Sessions of signed-in people.', aggregator }, async () =>
    sample(await live.read('sessions')),
  )
  metrics.reading(
    { name: 'latchkey_live_tokens', help: 'Tokens that are neither expired, used up nor revoked.', aggregator },
    async () => [
      { labels: { kind: 'access_token' }, value: await live.read('access_tokens') },
      { labels: { kind: 'client_credentials' }, value: await live.read('client_credentials') },
      { labels: { kind: 'refresh_token' }, value: await live.read('refresh_tokens') },
    ],
  )
  metrics.reading(
    { name: 'latchkey_locked_accounts', help: 'Accounts locked by wrong passwords or codes.', aggregator },
    async () => sample(await live.read('locks')),
  )
}
