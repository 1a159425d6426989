import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { SoftAuthenticator } from '../../../test/support/soft-authenticator.ts'
import { Browser, type Steps } from '../load/browser.ts'
import { expectAnswer } from '../load/http.ts'
import { fromAnywhere } from '../servers/equip.ts'
import type { Case } from './case.ts'
import { authorizePath, redeemed } from './flow.ts'

export const passkeySignIn: Case = {
  name: 'passkey-sign-in',
  title: 'Passkey sign-in',
  most: 8,
  async prepare(target, index) {
    const { passkeys } = target.equipped!
    const authenticator = passkeys[index % passkeys.length]!
    return function* () {
      const browser = new Browser(target.origin, fromAnywhere())
      const { action, response } = yield* askedPasskey(target.origin, browser, authenticator)
      const page = yield* browser.arrive(action, [['response', response]])
      yield* redeemed(target, browser, yield* browser.goOn(page, {}))
    }
  },
}

/** From the authorization request to what the browser would post for the authenticator. */
export function* askedPasskey(
  origin: string,
  browser: Browser,
  authenticator: SoftAuthenticator,
): Steps<{ action: URL; response: string }> {
  const { url } = yield* browser.arrive(authorizePath)
  const action = new URL(`${url.pathname}/prove/passkey`, origin)
  const asked = yield* browser.send(new URL(`${action.href}/challenge`), [], { Accept: 'application/json' })
  expectAnswer(asked, 200, '"challenge":"')
  const options = JSON.parse(asked.body) as PublicKeyCredentialRequestOptionsJSON
  return { action, response: JSON.stringify(authenticator.get(options, { origin })) }
}
