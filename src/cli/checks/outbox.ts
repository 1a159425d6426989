import { createOutbox } from '../../core/outbox/outbox.ts'
import type { Store } from '../../storage/port.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'

/** So long a mail waits only where none is sent. Milliseconds. */
const LONG = 15 * 60 * 1000

/** Whether mails wait that should be gone, and whether some were given up. */
export async function checkOutbox(store: Store): Promise<Finding> {
  try {
    const { waiting, dead, oldestAt = Date.now() } = await createOutbox(store).state()
    const minutes = Math.floor((Date.now() - oldestAt) / 60_000)
    if (minutes * 60_000 >= LONG) {
      const todo = 'See what is wrong with the mail server (`latchkey mail outbox` says), and that a server runs.'
      return problem('outbox', `mails that wait: ${waiting}, the oldest for ${minutes} minutes`, todo)
    }
    if (dead > 0) {
      const todo = 'See `latchkey mail outbox --dead`; `latchkey mail retry` sends them again.'
      return warning('outbox', `mails that were given up: ${dead}`, todo)
    }
    return ok('outbox', waiting === 0 ? 'no mail waits' : `mails that wait: ${waiting}`)
  } catch (error) {
    return problem('outbox', reasonOf(error), 'See what is wrong with the store.')
  }
}
