import { createOutboxes } from '../../core/outbox/outbox.ts'
import type { Store } from '../../storage/port.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'

/** So long a message waits only where none is sent. Milliseconds. */
const LONG = 15 * 60 * 1000

/** Whether mails or text messages wait that should be gone, and whether some were given up. */
export async function checkOutbox(store: Store): Promise<Finding> {
  try {
    const { mail, sms } = createOutboxes(store)
    const [mails, texts] = await Promise.all([mail.state(), sms.state()])
    const oldestAt = Math.min(mails.oldestAt ?? Date.now(), texts.oldestAt ?? Date.now())
    const minutes = Math.floor((Date.now() - oldestAt) / 60_000)
    const waiting = both(mails.waiting, texts.waiting)
    if (minutes * 60_000 >= LONG) {
      const todo =
        'See what is wrong with the mail server or the provider of text messages (`latchkey mail outbox` says), and ' +
        'that a server runs.'
      return problem('outbox', `what waits: ${waiting}, the oldest for ${minutes} minutes`, todo)
    }
    if (mails.dead + texts.dead > 0) {
      const todo = 'See `latchkey mail outbox --dead`; `latchkey mail retry` sends them again.'
      return warning('outbox', `what was given up: ${both(mails.dead, texts.dead)}`, todo)
    }
    return ok('outbox', mails.waiting + texts.waiting === 0 ? 'nothing waits' : `what waits: ${waiting}`)
  } catch (error) {
    return problem('outbox', reasonOf(error), 'See what is wrong with the store.')
  }
}

function both(mails: number, texts: number): string {
  return `mails: ${mails}, text messages: ${texts}`
}
