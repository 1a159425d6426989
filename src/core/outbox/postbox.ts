// Mails that go out beside the answer: the person does not wait for the mail server, and an answer takes the same time
// whether or not a mail is sent.
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import type { Mailer } from '../../lib/mail/mailer.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Views } from '../../lib/views.ts'
import type { Message, Outbox, OutboxState } from './outbox.ts'
import { createSender, type Outcome } from './sender.ts'

/** Seconds that a mail is worth sending for, unless it is said otherwise. */
const LASTS = 3 * 24 * 60 * 60

export type Postbox = ReturnType<typeof createPostbox>

export interface PostboxState {
  underWay: number
  /** Tries in a row that the mail server did not take, up to the last. */
  failing: number
  /** Epoch milliseconds. */
  lastSentAt?: number
  lastFailedAt?: number
}

export interface PostboxParts {
  outbox: Outbox
  mailer: Mailer
  sealer: Sealer
  views: Pick<Views, 'renderMail'>
  log: Log
  /** Told of each try by the mail's name. */
  ended?: (name: string, outcome: Outcome) => void
  /** Told of an address that refuses mail for good. */
  bounced?: (message: Message) => Promise<void>
}

export interface PostOptions {
  /** Seconds that it is of use for: a code that is too old is not sent any more. */
  lasts?: number
  /** Given where the same mail may be posted twice: the second time is nothing. */
  id?: string
}

export function createPostbox(parts: PostboxParts) {
  const { outbox, sealer, views, log, ended = () => {}, bounced = async () => {} } = parts
  const last: Omit<PostboxState, 'underWay'> = { failing: 0 }
  const beingPut = new Set<Promise<void>>()
  const others: (() => Promise<void>)[] = []
  const sender = createSender({ ...parts, ended: note, bounced })

  function note(name: string, outcome: Outcome, serverFailed: boolean): void {
    if (outcome === 'sent') {
      last.failing = 0
      last.lastSentAt = Date.now()
    } else if (serverFailed) {
      last.failing++
      last.lastFailedAt = Date.now()
    }
    ended(name, outcome)
  }

  async function put(to: string | undefined, name: string, locals: object, options: PostOptions): Promise<void> {
    const { lasts = LASTS, ...rest } = options
    const sealed = await sealer.seal(JSON.stringify(views.renderMail(name, locals)))
    await outbox.put({ ...rest, to, name, sealed, lasts })
    sender.wakeSoon()
  }

  async function posted(): Promise<void> {
    await Promise.allSettled(others.map(wait => wait()))
    await Promise.allSettled(beingPut)
  }

  async function settled(atMost = 30_000): Promise<void> {
    const waited = new AbortController()
    const { signal } = waited
    const tooLong = pause(atMost, undefined, { signal }).catch(() => {})
    await Promise.race([posted().then(sender.idle), tooLong])
    waited.abort()
  }

  return {
    /**
     * Renders views/mail/NAME and puts it into the outbox; it is sent within a second of that, and again while it cannot be.
     * Answers when it is written.
     * @param to undefined when it is for nobody: the same is done, but that it is sent to nowhere
     * @throws Unavailable
     */
    post(to: string | undefined, name: string, locals: object, options: PostOptions = {}): Promise<void> {
      const putting = put(to, name, locals, options).finally(() => beingPut.delete(putting))
      beingPut.add(putting)
      return putting
    },

    /** Sends what is due, whoever put it in, and answers when this process has nothing under way any more. */
    async sendDue(): Promise<void> {
      sender.wake()
      await sender.idle()
    },

    state: (): PostboxState => ({ underWay: sender.underWay(), ...last }),
    waiting: (): Promise<OutboxState> => outbox.state(),

    /** @param wait for something that is about to post: it counts as under way */
    alsoWaitFor: (wait: () => Promise<void>): unknown => others.push(wait),

    /** Waits for what is under way, at the most so many milliseconds. */
    settled,

    /** Takes nothing more up; what is in the outbox is for another process, or the next one. */
    async close(atMost: number): Promise<void> {
      sender.stop()
      await settled(atMost)
      if (sender.underWay() > 0) log.warn({ mails: sender.underWay() }, 'mails are still under way')
    },
  }
}
