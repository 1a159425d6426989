import type { Teller } from '../core/notices/tell.ts'
import type { Postbox } from '../core/outbox/postbox.ts'
import type { Job } from './job.ts'

/** Sends the mails that were not taken at once: those of a mail server that was away, and of a process that is no more. */
export function sendOutbox(postbox: Pick<Postbox, 'sendDue' | 'waiting'>, teller: Pick<Teller, 'tellDue'>): Job {
  return {
    name: 'send-outbox',
    about: 'sends the mails that wait',
    every: 5,
    async run() {
      await teller.tellDue()
      await postbox.sendDue()
      const { waiting, dead } = await postbox.waiting()
      return `mails that wait: ${waiting}, given up: ${dead}`
    },
  }
}
