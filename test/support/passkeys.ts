// Passkeys over HTTP: what a browser does with a page's ceremony, by an authenticator in software.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import { languageBy } from '../../src/lib/languages/language.ts'
import type { Account } from '../../src/core/accounts/account.ts'
import { confirmEnrolment } from '../../src/methods/enrolment.ts'
import { passkey } from '../../src/methods/passkey/passkey.ts'
import { attemptOf } from './flow.ts'
import type { TestServer } from './server.ts'
import { SoftAuthenticator, type Lies, type Traits } from './soft-authenticator.ts'
import type { Visitor, VisitedPage } from './visitor.ts'

/** Gives the account a passkey, on an authenticator of its own unless one is given. */
export async function addPasskey(
  server: Pick<TestServer, 'app' | 'issuer'>,
  account: Account,
  traits: Partial<Traits> = {},
  authenticator = new SoftAuthenticator({ origin: server.issuer, ...traits }),
): Promise<SoftAuthenticator> {
  const services = { ...server.app.methodServices, events: server.app.events }
  const who = { owner: 'a test', account, address: '127.0.0.1', language: languageBy('en') }
  const { locals } = await passkey.enrol!.page(services, who)
  const { options } = locals as { options: PublicKeyCredentialCreationOptionsJSON }
  const form = { response: JSON.stringify(authenticator.create(options)) }
  await confirmEnrolment(services, passkey, who, form, { address: '127.0.0.1', userAgent: 'test', traceId: 'test' })
  return authenticator
}

/** What a page hands its script, for a passkey to be made. */
export function creationOptionsOn({ html }: VisitedPage): PublicKeyCredentialCreationOptionsJSON {
  const [, options] = /data-options="([^"]*)"/.exec(html) ?? []
  if (!options) throw new Error('no options on this page')
  return JSON.parse(options.replaceAll('&#34;', '"').replaceAll('&amp;', '&')) as PublicKeyCredentialCreationOptionsJSON
}

/** What the page's script is answered when it asks for options. */
export async function askOptions(
  visitor: Visitor,
  page: Pick<VisitedPage, 'url'>,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const response = await visitor.send(
    'POST',
    `${attemptOf(page)}/prove/passkey/challenge`,
    {},
    { accept: 'application/json' },
  )
  if (response.status !== 200) throw new Error(`no options: ${response.status} ${await response.text()}`)
  return (await response.json()) as PublicKeyCredentialRequestOptionsJSON
}

/** Asks for options, lets the authenticator answer, and posts what it says. */
export async function usePasskey(
  visitor: Visitor,
  page: VisitedPage,
  authenticator: SoftAuthenticator,
  lies: Lies = {},
): Promise<VisitedPage> {
  const answer = authenticator.get(await askOptions(visitor, page), lies)
  return postPasskey(visitor, page, answer)
}

export function postPasskey(visitor: Visitor, page: Pick<VisitedPage, 'url'>, answer: unknown): Promise<VisitedPage> {
  const response = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return visitor.post(`${attemptOf(page)}/prove/passkey`, { response })
}
