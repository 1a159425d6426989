// Mails that go out beside the answer: the person does not wait for the mail server, and an answer takes the same time
// whether or not a mail is sent.
import { setTimeout as pause } from 'node:timers/promises'
import { Refused } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { Mailer } from '../lib/mail/mailer.ts'
import type { Views } from '../lib/views.ts'

export type Postbox = ReturnType<typeof createPostbox>

export interface PostboxState {
  underWay: number
  /** Mails in a row that could not be sent, up to the last. */
  failing: number
  /** Epoch milliseconds. */
  lastSentAt?: number
  lastFailedAt?: number
}

/** @param ended told of each mail by its name, once it is sent or could not be */
export function createPostbox(
  mailer: Mailer,
  views: Views,
  log: Log,
  ended: (name: string, outcome: 'sent' | 'failed') => void = () => {},
) {
  const underWay = new Set<Promise<void>>()
  const last: Omit<PostboxState, 'underWay'> = { failing: 0 }

  function sent(name: string): void {
    last.failing = 0
    last.lastSentAt = Date.now()
    ended(name, 'sent')
  }

  function failed(name: string, error: unknown): void {
    // An address that cannot be one says nothing about the mail server.
    if (!(error instanceof Refused)) {
      last.failing++
      last.lastFailedAt = Date.now()
    }
    log.error({ err: error, mail: name }, 'a mail could not be sent')
    ended(name, 'failed')
  }

  return {
    /**
     * Renders views/mail/NAME and sends it. A failure is logged, with no secret; the person can ask again.
     * @param to undefined when it is for nobody: it is rendered and thrown away, so that the answer takes as long
     */
    post(to: string | undefined, name: string, locals: object): void {
      const mail = views.renderMail(name, locals)
      if (to === undefined) return
      const sending = mailer
        .send({ to, ...mail })
        .then(
          () => sent(name),
          (error: unknown) => failed(name, error),
        )
        .finally(() => underWay.delete(sending))
      underWay.add(sending)
    },

    state: (): PostboxState => ({ underWay: underWay.size, ...last }),

    /** Waits for what is under way, at the most so many milliseconds: at the end of the process, and in tests. */
    async settled(atMost = 30_000): Promise<void> {
      const waited = new AbortController()
      const { signal } = waited
      const tooLong = pause(atMost, undefined, { signal }).catch(() => {})
      await Promise.race([Promise.all(underWay), tooLong])
      waited.abort()
      if (underWay.size > 0) log.warn({ mails: underWay.size }, 'mails are still under way')
    },
  }
}
