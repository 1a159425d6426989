import type { SoftAuthenticator } from '../../../test/support/soft-authenticator.ts'
import { walk } from '../cases/flow.ts'
import { askedPasskey } from '../cases/passkey-sign-in.ts'
import { Browser, type Steps } from '../load/browser.ts'
import { wrong } from '../load/http.ts'
import { givePasskeys } from '../servers/equip.ts'
import type { Check } from './check.ts'

export const passkeyVerification: Check = {
  title: 'Passkey verification (its form over HTTP)',
  most: 30,
  floor: 300,
  // One network may leave so many sign-ins unfinished, those of other acts included.
  times: 700,
  async prepare(running) {
    const { origin } = running.target
    const passkeys = await givePasskeys(running, 8)
    let count = 0
    return () => walk(origin, postPasskey(origin, passkeys[count++ % passkeys.length]!))
  },
}

/** @returns how long the form took. Milliseconds */
function* postPasskey(origin: string, authenticator: SoftAuthenticator): Steps<number> {
  const browser = new Browser(origin)
  const { action, response } = yield* askedPasskey(origin, browser, authenticator)
  const start = performance.now()
  const answer = yield* browser.send(action, [['response', response]])
  if (answer.status !== 303) throw wrong(answer, 'the passkey was not taken')
  return performance.now() - start
}
