// What the two ways of signing in by mail have in common.
import type { ReceivedMail } from '../../../test/support/mailbox.ts'
import type { Browser, Steps } from '../load/browser.ts'
import { personWithMail } from '../servers/equip.ts'
import { emailOf } from '../servers/setting.ts'
import type { Target } from '../servers/target.ts'
import { authorizePath } from './flow.ts'

/** Asks for a mail by the method, and waits for it. @returns the page that waits too, and what was read in the mail */
export function* askedForMail(
  target: Target,
  browser: Browser,
  method: string,
  read: (mail: ReceivedMail) => string,
): Steps<{ attempt: URL; found: string }> {
  const email = emailOf(personWithMail())
  const { url } = yield* browser.arrive(authorizePath)
  yield* browser.arrive(`${url.pathname}/identify`, [['identifier', email]])
  yield* browser.arrive(`${url.pathname}/prove/${method}/challenge`, [])
  const mail = target.equipped!.mailbox.next(email)
  const { body } = yield mail.then(one => ({ status: 200, head: '', body: read(one) }))
  return { attempt: url, found: body }
}
