// Sends what is due in the outbox: a few at a time, so that a mail server that hangs holds up those few and nothing else.
import { setTimeout as pause } from 'node:timers/promises'
import { Refused } from '../../lib/errors.ts'
import type { Log } from '../../lib/log.ts'
import { MailRefused, type Mailer } from '../../lib/mail/mailer.ts'
import { UnsealError, type Sealer } from '../../lib/seal.ts'
import type { RenderedMail } from '../../lib/views.ts'
import { TAKEN, type Message, type Outbox } from './outbox.ts'

/** How many are handed over at the same time, by each process. */
const WIDTH = 5
/** What was just put in waits for so long, by chance between the two. Milliseconds. */
const SOONEST = 100
const LATEST = 1000
/** Longer than all timeouts of a mailer together; shorter than a mail is taken for. Milliseconds. */
const LONGEST_TRY = TAKEN - 60_000

/** What became of a try: `failed` is tried again, `dead` is not, `late` was of no use any more. */
export type Outcome = 'sent' | 'failed' | 'dead' | 'late'

export interface SenderParts {
  outbox: Outbox
  mailer: Mailer
  sealer: Sealer
  log: Log
  /** Told of each try by the mail's name, with whether the mail server is to blame for one that failed. */
  ended: (name: string, outcome: Outcome, serverFailed: boolean) => void
  /** Told of an address that refuses mail for good. */
  bounced: (message: Message) => Promise<void>
}

export type Sender = ReturnType<typeof createSender>

export function createSender({ outbox, mailer, sealer, log, ended, bounced }: SenderParts) {
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
        .catch((error: unknown) => log.warn({ err: error, mail: message.name }, 'a mail stays in the outbox'))
        .finally(() => {
          underWay.delete(id)
          if (lookAgain) wake()
        })
      underWay.set(id, { to, sending })
    }
  }

  /** Of two mails to one address, the newer one comes last: it is the one that counts. */
  async function earlierTo(to: string | undefined): Promise<void> {
    if (to !== undefined) await [...underWay.values()].findLast(one => one.to === to)?.sending
  }

  async function send(message: Message): Promise<void> {
    const { id, name, to, lateAt } = message
    if (to === undefined) return void (await outbox.forget(id))
    if (lateAt <= Date.now()) {
      await outbox.late(id)
      log.warn({ mail: name, error: message.error }, 'a mail was dropped: it could not be sent while it was of use')
      return ended(name, 'late', false)
    }
    try {
      const mail = JSON.parse(await sealer.unseal(message.sealed!)) as RenderedMail
      await inTime(mailer.send({ id, to, ...mail }))
    } catch (error) {
      return failed(message, error)
    }
    // A crash before this is written has it sent twice, under the same Message-ID.
    await outbox.sent(id)
    ended(name, 'sent', false)
  }

  async function failed(message: Message, error: unknown): Promise<void> {
    const { id, name, tries } = message
    const reason = withoutSecrets(error)
    if (!isFinal(error)) {
      const known = await outbox.failed(id, reason)
      const isDead = known?.state === 'dead'
      log[isDead ? 'error' : 'warn']({ mail: name, tries, reason }, 'a mail could not be sent')
      return ended(name, isDead ? 'dead' : 'failed', true)
    }
    const isBounce = error instanceof MailRefused ? error.isAddress : error instanceof Refused
    await outbox.refused(id, reason, isBounce)
    log.error({ mail: name, tries, reason }, 'a mail was refused for good')
    // An address that takes no mail says nothing about the mail server.
    ended(name, 'dead', !isBounce)
    if (isBounce) await bounced(message)
  }

  return {
    wake,
    wakeSoon,

    /** How many are being handed over. */
    underWay: (): number => underWay.size,

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

/** What no further try can change. */
function isFinal(error: unknown): boolean {
  return error instanceof MailRefused || error instanceof Refused || error instanceof UnsealError
}

async function inTime(sending: Promise<void>): Promise<void> {
  const ended = new AbortController()
  const tooLong = pause(LONGEST_TRY, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error('the mail server did not come to an end with it')
  })
  tooLong.catch(() => {})
  await Promise.race([sending, tooLong]).finally(() => ended.abort())
}

/** What the mail server answered may quote the mail: its links, and its codes. */
function withoutSecrets(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replaceAll(/https?:\/\/\S+/gi, '…')
    .replaceAll(/\d{6,}/g, '…')
    .slice(0, 300)
}
