import { linkIn } from '../../../test/support/mailbox.ts'
import { Browser } from '../load/browser.ts'
import { fromAnywhere } from '../servers/equip.ts'
import type { Case } from './case.ts'
import { redeemed } from './flow.ts'
import { askedForMail } from './mailed.ts'

export const magicLinkSignIn: Case = {
  name: 'magic-link-sign-in',
  title: 'Mailed link',
  most: 8,
  async prepare(target) {
    return function* () {
      const browser = new Browser(target.origin, fromAnywhere())
      const { found } = yield* askedForMail(target, browser, 'magic-link', linkIn)
      const opened = yield* browser.arrive(found)
      const page = yield* browser.arrive(opened.url, [])
      yield* redeemed(target, browser, yield* browser.goOn(page, {}))
    }
  },
}
