import { codeIn } from '../../../test/support/mailbox.ts'
import { Browser } from '../load/browser.ts'
import { fromAnywhere } from '../servers/equip.ts'
import type { Case } from './case.ts'
import { redeemed } from './flow.ts'
import { askedForMail } from './mailed.ts'

export const mailedCodeSignIn: Case = {
  name: 'mailed-code-sign-in',
  title: 'Mailed code',
  most: 8,
  async prepare(target) {
    return function* () {
      const browser = new Browser(target.origin, fromAnywhere())
      const { attempt, found } = yield* askedForMail(target, browser, 'email-code', codeIn)
      const page = yield* browser.arrive(`${attempt.pathname}/prove/email-code`, [['code', found]])
      yield* redeemed(target, browser, yield* browser.goOn(page, {}))
    }
  },
}
