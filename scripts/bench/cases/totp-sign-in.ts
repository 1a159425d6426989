import { Browser } from '../load/browser.ts'
import { fromAnywhere, personWithApp } from '../servers/equip.ts'
import { PASSWORD, emailOf } from '../servers/setting.ts'
import type { Case } from './case.ts'
import { authorizePath, redeemed } from './flow.ts'

export const totpSignIn: Case = {
  name: 'totp-sign-in',
  title: 'Password, then a code of an app',
  most: 8,
  async prepare(target) {
    const { app } = target.equipped!
    return function* () {
      const identifier = emailOf(personWithApp())
      const browser = new Browser(target.origin, fromAnywhere())
      const end = yield* browser.open(authorizePath, { identifier, password: PASSWORD, code: app.code() })
      yield* redeemed(target, browser, end)
    }
  },
}
