// Sends what is due in the outbox of one channel: a few at a time, so that a server that hangs holds up those few and
// nothing else.
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import type { Sealer } from '../../lib/seal.ts'
import { TAKEN, type Channel, type Message, type Outbox } from './outbox.ts'
import { refusalOf, withoutSecrets } from './refusal.ts'

/** How many are handed over at the same time, by each process. */
const WIDTH = 5
/** What was just put in waits for so long, by chance between the two. Milliseconds. */
const SOONEST = 100
const LATEST = 1000
/** Longer than all timeouts of a mailer together; shorter than a message is taken for. Milliseconds. */
const LONGEST_TRY = TAKEN - 60_000

/** What became of a try: `failed` is tried again, `dead` is not, `late` was of no use any more. */
export type Outcome = 'sent' | 'failed' | 'dead' | 'late'

export interface SenderParts {
  channel: Channel
  outbox: Outbox
  sealer: Sealer
  log: Log
  /** Hands one over. @param content what was sealed */
  deliver: (id: string, to: string, content: string) => Promise<void>
  /** Told of each try by the message's name. */
  ended: (name: string, outcome: Outcome) => void
  /** Told of an address or a number that takes nothing for good. */
  bounced: (channel: Channel, message: Message) => Promise<void>
}

export interface SenderState {
  underWay: number
  /** Tries in a row that the server did not take, up to the last. */
  failing: number
  /** Epoch milliseconds. */
  lastSentAt?: number
  lastFailedAt?: number
}

const WORDS: Record<Channel, string> = { mail: 'a mail', sms: 'a text message' }

export type Sender = ReturnType<typeof createSender>

export function createSender({ channel, outbox, sealer, log, deliver, ended, bounced }: SenderParts) {
  const last: Omit<SenderState, 'underWay'> = { failing: 0 }
  const underWay = new Map<string, { to: string | undefined; sending: Promise<void> }>()
  let looking: Promise<void> | undefined
  let lookAgain = false
  let stopped = false
  let soon: NodeJS.Timeout | undefined

  /**
   * Wakes it a while later, at a moment that nobody can foresee. Handing a mail over takes this thread longer than leaving
   * one that is for nobody: right away that would show in the time of the answer, and in the next one's.
   */
  function wakeSoon(): void {
    if (!stopped) soon ??= setTimeout(wake, SOONEST + Math.random() * (LATEST - SOONEST)).unref()
  }

  /** Has a look at what is due, in the background. */
  function wake(): void {
    clearTimeout(soon)
    soon = undefined
    lookAgain = true
    if (stopped || looking || underWay.size >= WIDTH) return
    looking = look()
      .catch((error: unknown) => log.warn({ err: error }, 'the outbox could not be looked at'))
      .finally(() => {
        looking = undefined
        if (lookAgain) wake()
      })
  }

  const isIdle = () => looking === undefined && underWay.size === 0

  async function look(): Promise<void> {
    lookAgain = false
    const due = await outbox.due(WIDTH - underWay.size)
    // Each may have neighbours that there was no hand for.
    if (due.length > 0) lookAgain = true
    for (const message of due) {
      const { id, to } = message
      // A clock that was put forward makes it due while it is on its way.
      if (underWay.has(id)) continue
      const sending = earlierTo(to)
        .then(() => send(message))
        .catch((error: unknown) =>
          log.warn({ err: error, [channel]: message.name }, `${WORDS[channel]} stays in the outbox`),
        )
        .finally(() => {
          underWay.delete(id)
          if (lookAgain) wake()
        })
      underWay.set(id, { to, sending })
    }
  }

  /** Of two to one address, the newer one comes last: it is the one that counts. */
  async function earlierTo(to: string | undefined): Promise<void> {
    if (to !== undefined) await [...underWay.values()].findLast(one => one.to === to)?.sending
  }

  async function send(message: Message): Promise<void> {
    const { id, name, to, lateAt } = message
    if (to === undefined) return void (await outbox.forget(id))
    if (lateAt <= Date.now()) {
      // A code by text message is late within minutes: that is all that is left of a provider's bad hour.
      await (channel === 'sms' ? outbox.expired(id) : outbox.late(id))
      const words = `${WORDS[channel]} was dropped: it could not be sent while it was of use`
      log.warn({ [channel]: name, error: message.error }, words)
      return ended(name, 'late')
    }
    try {
      const content = await sealer.unseal(message.sealed!)
      await inTime(deliver(id, to, content))
    } catch (error) {
      return failed(message, error)
    }
    // A crash before this is written has it sent twice, a mail under the same Message-ID.
    await outbox.sent(id)
    last.failing = 0
    last.lastSentAt = Date.now()
    ended(name, 'sent')
  }

  async function failed(message: Message, error: unknown): Promise<void> {
    const { id, name, tries } = message
    const reason = withoutSecrets(error)
    const refusal = refusalOf(error)
    // An address that takes nothing says nothing about the server.
    if (refusal !== 'address') noteFailure()
    if (refusal === undefined) {
      const known = await outbox.failed(id, reason)
      const isDead = known?.state === 'dead'
      log[isDead ? 'error' : 'warn']({ [channel]: name, tries, reason }, `${WORDS[channel]} could not be sent`)
      return ended(name, isDead ? 'dead' : 'failed')
    }
    const isBounce = refusal === 'address'
    await outbox.refused(id, reason, isBounce)
    log.error({ [channel]: name, tries, reason }, `${WORDS[channel]} was refused for good`)
    ended(name, 'dead')
    if (isBounce) await bounced(channel, message)
  }

  function noteFailure(): void {
    last.failing++
    last.lastFailedAt = Date.now()
  }

  return {
    wake,
    wakeSoon,

    state: (): SenderState => ({ underWay: underWay.size, ...last }),

    /** Until nothing is due that this process knows of, and nothing is under way. */
    async idle(): Promise<void> {
      while (soon || !isIdle()) {
        if (soon) wake()
        await Promise.all([looking, ...[...underWay.values()].map(({ sending }) => sending)])
      }
    },

    /** Takes up nothing more, but what was put in a moment ago. */
    stop(): void {
      if (soon) wake()
      stopped = true
      lookAgain = false
    },
  }
}

async function inTime(sending: Promise<void>): Promise<void> {
  const ended = new AbortController()
  const tooLong = pause(LONGEST_TRY, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error('the server did not come to an end with it')
  })
  tooLong.catch(() => {})
  await Promise.race([sending, tooLong]).finally(() => ended.abort())
}
