// Second factors of test people: set up as the account console would, without a browser, and proven by them.
import { Secret, TOTP } from 'otpauth'
import { languageBy } from '../../src/lib/languages/language.ts'
import type { Account } from '../../src/core/accounts/account.ts'
import { onlyCredentialId } from '../../src/core/credentials.ts'
import { confirmEnrolment } from '../../src/methods/enrolment.ts'
import type { Enrolling, Method } from '../../src/methods/method.ts'
import type { TestServer } from './server.ts'
import { wordsOf, type VisitedPage } from './visitor.ts'

/** An authenticator app. */
export class Authenticator {
  readonly #totp: TOTP

  constructor(key: string) {
    this.#totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
  }

  /** The code at this moment, or so many steps of 30 seconds later. */
  code(stepsLater = 0): string {
    return this.#totp.generate({ timestamp: Date.now() + stepsLater * 30_000 })
  }
}

/** Reads the key off the page, as a person would type it. */
export function authenticatorOn(page: VisitedPage): Authenticator {
  const key = /<code class="key">([A-Z2-7 ]+)<\/code>/.exec(page.html)?.[1]
  if (!key) throw new Error(`no key on this page:\n${wordsOf(page)}`)
  return new Authenticator(key)
}

/** Gives the account an authenticator app, of which the code of this moment is still to be used. */
export async function addTotp(server: Pick<TestServer, 'app'>, account: Account): Promise<Authenticator> {
  const { who, method, services } = setUp(server, account, 'totp')
  const { locals } = await method.enrol!.page(services, who)
  const app = new Authenticator((locals as { key: string }).key)
  await confirmEnrolment({ ...services, events: server.app.events }, method, who, { code: app.code() }, {})
  // As if it had been set up a step ago. By the code of that step it would not be at the end of this one.
  await services.credentials.update(onlyCredentialId('totp', account.id), known => ({
    ...known,
    data: { ...known.data, lastStep: Number(known.data.lastStep) - 1 },
  }))
  return app
}

/** @returns the codes */
export async function addRecoveryCodes(server: TestServer, account: Account): Promise<string[]> {
  const { who, method, services } = setUp(server, account, 'recovery-codes')
  const { locals } = await method.enrol!.page(services, who)
  await confirmEnrolment({ ...services, events: server.app.events }, method, who, { saved: 'yes' }, {})
  return (locals as { codes: string[] }).codes
}

function setUp({ app }: Pick<TestServer, 'app'>, account: Account, id: string) {
  const services = app.methodServices
  const method = services.methods.find(one => one.id === id) as Method
  const who: Enrolling = { owner: 'a-console-session', account, address: '192.0.2.1', language: languageBy('en') }
  return { services, method, who }
}
