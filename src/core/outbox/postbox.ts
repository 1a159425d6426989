// Mails and text messages that go out beside the answer: the person waits for no server of somebody else's, and an answer
// takes the same time whether or not something is sent.
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import type { Mailer } from '../../lib/mail/mailer.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Sms, SmsSender } from '../../lib/sms/sender.ts'
import { maskPhone } from '../../lib/phone.ts'
import type { RenderedMail, Views } from '../../lib/views.ts'
import { CHANNELS, type Channel, type Message, type Outboxes, type OutboxState } from './outbox.ts'
import { createSender, type Outcome, type SenderState } from './sender.ts'

/** Seconds that a mail is worth sending for, unless it is said otherwise. */
const LASTS = 3 * 24 * 60 * 60

export type Postbox = ReturnType<typeof createPostbox>

export interface PostboxParts {
  outboxes: Outboxes
  mailer: Mailer
  /** Absent where text messages are off. */
  sms: SmsSender | undefined
  sealer: Sealer
  views: Pick<Views, 'renderMail'>
  log: Log
  /** Told of each try by the message's name. */
  ended?: Record<Channel, (name: string, outcome: Outcome) => void>
  /** Told of an address or a number that takes nothing for good. */
  bounced?: (channel: Channel, message: Message) => Promise<void>
}

export interface PostOptions {
  /** Seconds that it is of use for: a code that is too old is not sent any more. */
  lasts?: number
  /** Given where the same mail may be posted twice: the second time is nothing. */
  id?: string
}

export interface NewText {
  /** The method whose code it is. */
  name: string
  accountId: string | undefined
  /** E.164; undefined when it is for nobody. */
  to: string | undefined
  text: string
  /** Seconds that it is of use for. */
  lasts: number
}

export function createPostbox(parts: PostboxParts) {
  const { outboxes, mailer, sms, sealer, views, log, ended, bounced = async () => {} } = parts
  const beingPut = new Set<Promise<void>>()
  const others: (() => Promise<void>)[] = []
  const senderOf = (channel: Channel, deliver: (id: string, to: string, content: string) => Promise<void>) =>
    createSender({
      channel,
      outbox: outboxes[channel],
      sealer,
      log,
      deliver,
      ended: ended?.[channel] ?? (() => {}),
      bounced,
    })
  const senders = {
    mail: senderOf('mail', (id, to, content) => mailer.send({ id, to, ...(JSON.parse(content) as RenderedMail) })),
    sms: senderOf('sms', async (_id, _masked, content) => {
      if (!sms) throw new Error('text messages are off')
      await sms.send(JSON.parse(content) as Sms)
    }),
  }
  const all = CHANNELS.map(channel => senders[channel])

  async function putMail(to: string | undefined, name: string, locals: object, options: PostOptions): Promise<void> {
    const { lasts = LASTS, ...rest } = options
    const sealed = await sealer.seal(JSON.stringify(views.renderMail(name, locals)))
    await outboxes.mail.put({ ...rest, to, name, sealed, lasts })
    senders.mail.wakeSoon()
  }

  async function putText({ name, accountId, to, text, lasts }: NewText): Promise<void> {
    const sealed = await sealer.seal(JSON.stringify({ to: to ?? '', text }))
    await outboxes.sms.put({ name, accountId, to: to === undefined ? undefined : maskPhone(to), sealed, lasts })
    senders.sms.wake()
  }

  function counted(work: Promise<void>): Promise<void> {
    const putting = work.finally(() => beingPut.delete(putting))
    beingPut.add(putting)
    return putting
  }

  async function posted(): Promise<void> {
    await Promise.allSettled(others.map(wait => wait()))
    await Promise.allSettled(beingPut)
  }

  async function idle(): Promise<void> {
    await Promise.all(all.map(sender => sender.idle()))
  }

  async function settled(atMost = 30_000): Promise<void> {
    const waited = new AbortController()
    const { signal } = waited
    const tooLong = pause(atMost, undefined, { signal }).catch(() => {})
    await Promise.race([posted().then(idle), tooLong])
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
      return counted(putMail(to, name, locals, options))
    },

    /**
     * Puts a text message into the outbox, of which the number is sealed too; it is sent right after that, as only who has
     * proven something is sent any. Answers when it is written. @throws Unavailable
     */
    text: (text: NewText): Promise<void> => counted(putText(text)),

    /** Sends what is due, whoever put it in, and answers when this process has nothing under way any more. */
    async sendDue(): Promise<void> {
      for (const sender of all) sender.wake()
      await idle()
    },

    state: (channel: Channel): SenderState => senders[channel].state(),
    waiting: (channel: Channel): Promise<OutboxState> => outboxes[channel].state(),

    /** @param wait for something that is about to post: it counts as under way */
    alsoWaitFor: (wait: () => Promise<void>): unknown => others.push(wait),

    /** Waits for what is under way, at the most so many milliseconds. */
    settled,

    /** Takes nothing more up; what is in the outbox is for another process, or the next one. */
    async close(atMost: number): Promise<void> {
      for (const sender of all) sender.stop()
      await settled(atMost)
      const underWay = all.reduce((sum, sender) => sum + sender.state().underWay, 0)
      if (underWay > 0) log.warn({ messages: underWay }, 'mails or text messages are still under way')
    },
  }
}
