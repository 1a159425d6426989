// One long journey, over HTTP and by the command line, that brings about everything in the catalog.
import { setTimeout as pause } from 'node:timers/promises'
import { TOTP } from 'otpauth'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { runCli } from '../cli/cli.ts'
import { openConsole } from '../support/account.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { refresh, revoke } from '../support/endpoints.ts'
import { allow, attemptOf, authorization, codeOf, redeem, signIn, tokenRequest, type Answer } from '../support/flow.ts'
import { codeIn, linkIn, type Mailbox } from '../support/mailbox.ts'
import { SecretiveVisitor, type Secrets } from '../support/secrets.ts'
import { PASSWORD, REDIRECT_URI, type TestServer } from '../support/server.ts'
import { FIREFOX } from '../support/traveller.ts'
import type { VisitedPage } from '../support/visitor.ts'

export interface Stage {
  /** The process that everything is asked of. */
  issuer: string
  /** For the command line: its store and secrets. */
  env: Record<string, string>
  /** A server of this process on the same store, for what only moving its clock can bring about. */
  desk: TestServer
  /** A process on the same store that has terms, and a field that everybody has to fill in. */
  withTerms: string
  mailbox: Mailbox
  secrets: Secrets
}

interface Signed {
  visitor: SecretiveVisitor
  tokens: Answer
  code: string
  codeVerifier: string
}

export class Journey {
  readonly #stage: Stage
  #people = 0

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async cli<Document>(...args: string[]): Promise<Document> {
    return this.#cliReading('', ...args)
  }

  async #cliReading<Document>(input: string, ...args: string[]): Promise<Document> {
    const { code, stdout, stderr } = await runCli([...args, '--json'], { env: this.#stage.env, input })
    if (code !== 0) throw new Error(`latchkey ${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as Document
  }

  async #client(type: string): Promise<ClientView> {
    const redirect = type === 'service' ? [] : ['--redirect-uri', REDIRECT_URI]
    const client = await this.cli<ClientView>('clients', 'create', '--type', type, '--name', 'Test app', ...redirect)
    this.#stage.secrets.keep('client secret', client.client_secret)
    return client
  }

  #address(): string {
    return `person${(this.#people += 1)}@example.com`
  }

  async #person(...more: string[]): Promise<string> {
    const email = this.#address()
    await this.cli('users', 'create', '--email', email, '--password', PASSWORD, ...more)
    return email
  }

  /** A mail to somebody whose mailbox is gone. */
  async #bounce(client: ClientView): Promise<void> {
    const email = await this.#person()
    this.#stage.mailbox.unknown.add(email)
    const { visitor, page } = await this.#begin(client)
    await signIn(visitor, page, email)
  }

  async #mailTo(email: string) {
    const mail = this.#stage.mailbox.to(email).at(-1) ?? (await this.#stage.mailbox.next(email))
    this.#stage.secrets.keep('mailed code', codeIn(mail))
    this.#stage.secrets.keep('secret of a mailed link', linkIn(mail).split('/').at(-1))
    return mail
  }

  async #begin(client: ClientView, params: Record<string, string> = {}, visitor = this.#visitor()) {
    const { url, codeVerifier } = authorization(this.#stage, client, params)
    this.#stage.secrets.keep('code verifier', codeVerifier)
    return { visitor, codeVerifier, page: await visitor.open(url) }
  }

  #visitor(): SecretiveVisitor {
    return new SecretiveVisitor(this.#stage.issuer, this.#stage.secrets)
  }

  async #redeem(
    client: ClientView,
    visitor: SecretiveVisitor,
    end: VisitedPage,
    codeVerifier: string,
  ): Promise<Signed> {
    const code = this.#stage.secrets.keep('authorization code', codeOf(end))
    const { body } = await redeem(this.#stage, client, code, codeVerifier)
    this.#stage.secrets.keepTokens(body)
    return { visitor, tokens: body, code, codeVerifier }
  }

  async #signIn(client: ClientView, email: string, params: Record<string, string> = {}): Promise<Signed> {
    const { visitor, page, codeVerifier } = await this.#begin(client, params)
    const end = await allow(visitor, await signIn(visitor, page, email))
    return this.#redeem(client, visitor, end, codeVerifier)
  }

  async #signOut({ visitor, tokens }: Signed, logout?: string): Promise<void> {
    const page = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    await visitor.submit(page, '/logout/confirm', logout ? { logout } : {})
  }

  /** Everything, in an order in which the acts do not stand in each other's way. */
  async walk(): Promise<void> {
    this.#stage.secrets.keep('password', PASSWORD)
    await this.#setUp()
    const [first, service, gone, email, other] = await Promise.all([
      this.#client('web'),
      this.#client('service'),
      this.#client('web'),
      this.#person('--verified'),
      this.#person('--verified'),
    ])
    const client = await this.#changeClients(first, gone)
    await this.#bounce(client)
    await this.#registrations(client)
    await this.#person('--verified', '--role', 'auditor')
    await this.#failures(client, other)
    await this.#tokens(client, service, email)
    await this.#signOuts(client, email)
    await this.#elsewhere(client)
    await this.#factors(client)
    await this.#invitation()
    await this.#terms(client)
    await this.#details()
    await this.#link(client, email)
    await this.#recovery(client)
    await this.#budget()
    await Promise.all([
      this.cli('users', 'force-password-change', other),
      this.cli('users', 'groups', email, '--add', 'staff'),
      this.cli('users', 'disable', other),
      this.cli('policy', 'set', 'accessTokenTtl=10m', '--everyone'),
      this.cli('secrets', 'rotate'),
      this.cli('keys', 'rotate'),
    ])
    await this.cli('users', 'enable', other)
    await this.cli('users', 'purge', other, '--now', '--yes')
    await this.#timeOut(client, email)
  }

  async #changeClients(client: ClientView, gone: ClientView): Promise<ClientView> {
    const [changed] = await Promise.all([
      this.cli<ClientView>('clients', 'rotate-secret', client.client_id),
      this.cli('clients', 'remove', gone.client_id, '--yes'),
    ])
    this.#stage.secrets.keep('client secret', changed.client_secret)
    await this.cli('clients', 'update', client.client_id, '--name', 'Renamed app')
    return changed
  }

  /** By the code, by the link in another browser, and of an account that was never verified. */
  async #registrations(client: ClientView): Promise<void> {
    const signUp = async () => {
      const { visitor, page, codeVerifier } = await this.#begin(client)
      const email = this.#address()
      const form = await visitor.open(`${page.url.pathname}/signup`)
      const asked = await visitor.submit(form, '/signup', { email, password: PASSWORD, name: 'Rosa' })
      return { visitor, codeVerifier, asked, mail: await this.#mailTo(email) }
    }
    const byCode = await signUp()
    const consent = await byCode.visitor.submit(byCode.asked, '/verify', { code: codeIn(byCode.mail) })
    await this.#redeem(client, byCode.visitor, await allow(byCode.visitor, consent), byCode.codeVerifier)

    const byLink = await signUp()
    const elsewhere = this.#visitor()
    await elsewhere.submit(await elsewhere.open(linkIn(byLink.mail)), linkIn(byLink.mail).split('/').at(-1)!)

    const unverified = await this.#person()
    const { visitor, page } = await this.#begin(client)
    const asked = await signIn(visitor, page, unverified)
    await visitor.submit(asked, '/verify', { code: codeIn(await this.#mailTo(unverified)) })
  }

  /** The first administrator, whose link ends with the first one that there is. */
  async #setUp(): Promise<void> {
    const secret = this.#stage.secrets.keep('invitation', await this.#stage.desk.app.invitations.make(['admin']))
    const invited = this.#visitor()
    await invited.submit(await invited.open(`/invite/${secret}`), secret, {
      email: this.#address(),
      password: PASSWORD,
    })
  }

  async #elsewhere(client: ClientView): Promise<void> {
    const { visitor } = await this.#signIn(client, await this.#person('--verified'))
    await visitor.send('GET', authorization(this.#stage, client).url, undefined, { 'user-agent': FIREFOX })
  }

  async #failures(client: ClientView, email: string): Promise<void> {
    const { visitor, page } = await this.#begin(client)
    let asked = await visitor.submit(page, '/identify', { identifier: email })
    const password = this.#stage.secrets.keep('wrong password', 'a wrong password of nine words')
    for (let times = 0; times < 7; times += 1) asked = await visitor.submit(asked, '/prove/password', { password })
    await this.cli('security', 'unlock', email)
    await this.cli('security', 'reset-attempts', '--address', '127.0.0.1')
    const consent = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
    await visitor.submit(consent, '/consent', { decision: 'refuse' })
    await this.#dispute(email)
  }

  /** By the link in the notice that somebody guessed. */
  async #dispute(email: string): Promise<void> {
    const link = linkIn(await this.#stage.mailbox.next(email))
    this.#stage.secrets.keep('secret of a mailed link', link.split('/').at(-1))
    const visitor = this.#visitor()
    await visitor.submit(await visitor.open(link), '/not-me')
  }

  async #tokens(client: ClientView, service: ClientView, email: string): Promise<void> {
    const { issuer, secrets } = this.#stage
    const { tokens, visitor, code, codeVerifier } = await this.#signIn(client, email)
    const { body: refreshed } = await refresh({ issuer }, client, tokens.refresh_token)
    secrets.keepTokens(refreshed)
    await redeem({ issuer }, client, code, codeVerifier)

    const again = async () => {
      const begun = await this.#begin(client, { id_token_hint: tokens.id_token }, visitor)
      return this.#redeem(client, visitor, await allow(visitor, begun.page), begun.codeVerifier)
    }
    await revoke({ issuer }, client, (await again()).tokens.refresh_token)
    await this.#cliReading((await again()).tokens.access_token, 'tokens', 'revoke', '--stdin')
    const { body } = await tokenRequest({ issuer }, service, { grant_type: 'client_credentials' })
    secrets.keepTokens(body)
    const guessed = { ...service, client_secret: secrets.keep('wrong client secret', 'a secret that no client has') }
    for (let times = 0; times < 32; times += 1)
      await tokenRequest({ issuer }, guessed, { grant_type: 'client_credentials' })
    // A hint that waits with the sign-in that it belongs to.
    await this.#begin(client, { id_token_hint: tokens.id_token, prompt: 'login' })
  }

  async #signOuts(client: ClientView, email: string): Promise<void> {
    for (const logout of [undefined, 'yes', 'everywhere'])
      await this.#signOut(await this.#signIn(client, email, { scope: 'openid profile' }), logout)
  }

  /** An authenticator app in the account console: set up, named, remembered on a device and forgotten there, removed. */
  async #factors(client: ClientView): Promise<void> {
    const { issuer, secrets } = this.#stage
    const email = await this.#person('--verified')
    const visitor = this.#visitor()
    const { page } = await openConsole({ issuer }, email, { visitor })
    const form = await visitor.open(`${page.url.pathname}/totp/add`)
    const secret = secrets.keep('secret of an authenticator app', /secret=([A-Z2-7]+)/.exec(form.html)?.[1])
    const codeAt = (timestamp: number) => new TOTP({ secret }).generate({ timestamp })
    await visitor.submit(form, '/totp/add', { code: codeAt(Date.now()) })

    const begun = await this.#begin(client)
    const asked = await signIn(begun.visitor, begun.page, email)
    // Lost, and found again: the sign-in by it ends the wait.
    await begun.visitor.post(`${attemptOf(asked)}/lost`, {})
    // Of the next step, as that of this one is used: it is taken now, and until that step is over.
    const code = codeAt(Date.now() + 30_000)
    await allow(begun.visitor, await begun.visitor.submit(asked, '/prove/totp', { code, trust: 'yes' }))
    const security = await visitor.open(page.url)
    await visitor.submit(security, '/devices/forget')
    const [, at = ''] = /href="([^"]+totp[^"]+)\/remove"/.exec(security.html) ?? []
    await visitor.submit(await visitor.open(`${at}/name`), '/name', { label: 'My telephone' })
    await visitor.submit(await visitor.open(`${at}/remove`), '/remove')
    const password = secrets.keep('password', 'nine yellow kites above the valley')
    await visitor.submit(await visitor.open(`${page.url.pathname}/password/add`), '/password/add', { password })
  }

  /** Invited, invited again and taken back; and another one that is used. */
  async #invitation(): Promise<void> {
    const { secrets } = this.#stage
    const invite = async (...args: string[]) => {
      const { id, link } = await this.cli<{ id: string; link: string }>('users', 'invite', ...args)
      return { id, secret: secrets.keep('invitation', link.split('/').at(-1)) }
    }
    const gone = await invite('--email', this.#address(), '--role', 'auditor')
    await invite('resend', gone.id)
    await this.cli('users', 'invite', 'revoke', gone.id)
    const { secret } = await invite('--email', this.#address())
    const visitor = this.#visitor()
    const form = await visitor.submit(await visitor.open(`/invite/${secret}`), secret)
    await visitor.submit(form, '/signup', { password: PASSWORD })
  }

  /** Another username, and another address, from which the former one's owner goes back. */
  async #details(): Promise<void> {
    const { issuer, mailbox, secrets } = this.#stage
    const email = await this.#person('--verified')
    const visitor = this.#visitor()
    const { page } = await openConsole({ issuer }, email, { visitor, path: '/account/details/username' })
    await visitor.submit(page, '/username', { username: 'rosa' })
    const address = this.#address()
    const form = await visitor.open('/account/details/address')
    const asked = await visitor.submit(form, '/address', { email: address })
    const sent = mailbox.to(address).at(-1) ?? (await mailbox.next(address))
    const code = secrets.keep('mailed code', codeIn(sent))
    await visitor.submit(asked, asked.url.pathname, { code })
    const told = mailbox.to(email).at(-1) ?? (await mailbox.next(email))
    const link = linkIn(told)
    secrets.keep('secret of a mailed link', link.split('.').at(-1))
    const elsewhere = this.#visitor()
    const path = new URL(link).pathname
    await elsewhere.submit(await elsewhere.open(path), path)
  }

  async #terms(client: ClientView): Promise<void> {
    const { withTerms: issuer, secrets } = this.#stage
    const email = await this.#person('--verified')
    const visitor = new SecretiveVisitor(issuer, secrets)
    const { url, codeVerifier } = authorization({ issuer }, client)
    secrets.keep('code verifier', codeVerifier)
    const asked = await signIn(visitor, await visitor.open(url), email)
    const lacking = await visitor.submit(asked, '/terms', { decision: 'accept' })
    await visitor.submit(lacking, '/complete', { 'field.card': '12345678' })
  }

  /** A link of the command line, used by who it was made for. */
  async #link(client: ClientView, email: string): Promise<void> {
    await this.cli('clients', 'update', client.client_id, '--client-uri', 'https://app.example')
    const { link } = await this.cli<{ link: string }>('users', 'link', '--email', email, '--client', client.client_id)
    this.#stage.secrets.keep('token of a link', link.split('/').at(-1))
    const visitor = this.#visitor()
    await visitor.submit(await visitor.open(new URL(link).pathname), '/magic')
  }

  /** A new password, by the mailed link in another browser than the one that asked. */
  async #recovery(client: ClientView): Promise<void> {
    const email = await this.#person('--verified')
    const { visitor, page } = await this.#begin(client)
    const form = await visitor.open(`${page.url.pathname}/recover`)
    await visitor.submit(form, '/recover', { identifier: email })
    const link = linkIn(await this.#mailTo(email))
    const password = this.#stage.secrets.keep('new password', 'nine blue herons beside the canal')
    const elsewhere = this.#visitor()
    await elsewhere.submit(await elsewhere.open(link), '/reset', { password })
  }

  /** One text message may be sent, and its number takes none. */
  async #budget(): Promise<void> {
    const { issuer } = this.#stage
    const email = await this.#person('--verified')
    const visitor = this.#visitor()
    const { page } = await openConsole({ issuer }, email, { visitor })
    for (const phone of ['+491512100001', '+491512100002'])
      await visitor.post(`${page.url.pathname}/sms-code/add`, { phone })
    const { accounts, events } = this.#stage.desk.app
    const { id } = (await accounts.byIdentifier(email))!
    const isNoted = async () =>
      (await events.ofAccount(id, { limit: 100 })).items.some(({ type }) => type === 'sms.bounced')
    while (!(await isNoted())) await pause(50)
  }

  async #timeOut(client: ClientView, email: string): Promise<void> {
    await this.#signIn(client, email)
    moveClock(3 * 60 * 60 * 1000)
    await this.#stage.desk.app.jobs.find(({ name }) => name === 'end-sign-ins')!.run()
    resetClock()
  }
}
