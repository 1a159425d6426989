import type { Teller } from '../core/notices/tell.ts'
import type { Postbox } from '../core/outbox/postbox.ts'
import type { Job } from './job.ts'

/** Sends what was not taken at once: that of a mail server or a provider that was away, and of a process that is no more. */
export function sendOutbox(postbox: Pick<Postbox, 'sendDue' | 'waiting'>, teller: Pick<Teller, 'tellDue'>): Job {
  return {
    name: 'send-outbox',
    about: 'sends the mails and text messages that wait',
    every: 5,
    async run() {
      await teller.tellDue()
      await postbox.sendDue()
      const [mails, texts] = await Promise.all([postbox.waiting('mail'), postbox.waiting('sms')])
      return `mails that wait: ${mails.waiting}, given up: ${mails.dead}; text messages: ${texts.waiting}, ${texts.dead}`
    },
  }
}
