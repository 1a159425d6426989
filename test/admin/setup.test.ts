import { expect } from 'chai'
import { ADMIN } from '../../src/core/accounts/accounts.ts'
import { auditDeclaration } from '../../src/core/events/events.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { signInForTokens } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

describe('the link that sets up the first administrator', () => {
  let server: TestServer
  let link: string
  let count = 0
  const newEmail = () => `admin-${(count += 1)}@example.com`

  // The link is for the first administrator alone, so each test begins with none.
  beforeEach(async () => {
    server = await startServer()
    link = `/invite/${await server.app.invitations.make([ADMIN])}`
  })
  afterEach(async () => {
    resetClock()
    await server.close()
  })

  const visitor = () => new Visitor(server.issuer)
  const fields = (more: Record<string, string> = {}) => ({
    email: newEmail(),
    name: '',
    username: '',
    password: PASSWORD,
    ...more,
  })

  it('makes an administrator who can sign in', async () => {
    const form = fields({ name: 'Ann Lee', username: 'Ann' })
    const browser = visitor()
    const page = await browser.open(link)
    expect(page.headers.get('cache-control')).to.equal('no-store')
    expect(wordsOf(await browser.submit(page, link, form)))
      .to.include('You are set up')
      .and.to.include(form.email)
    const account = (await server.app.accounts.byIdentifier(form.email))!
    expect(account).to.deep.include({ username: 'ann', emailVerified: true, admin: true, roles: [ADMIN] })
    expect(account.profile.name).to.equal('Ann Lee')
    await signInForTokens(server, await server.register('web'), form.email)
    const { items } = await server.app.store.collection(auditDeclaration).list({ accountId: account.id }, { limit: 10 })
    expect(items.map(({ type }) => type)).to.include('account.registered')
  })

  it('works once', async () => {
    await visitor().post(link, fields())
    for (const answer of [await visitor().open(link), await visitor().post(link, fields())]) {
      expect(answer.status).to.equal(410)
      expect(wordsOf(answer)).to.include('used already, or has expired').and.to.include('Trace id')
    }
  })

  it('makes one administrator of 50 forms at once', async () => {
    const forms = Array.from({ length: 50 }, () => fields())
    const answers = await Promise.all(forms.map(form => visitor().send('POST', link, form)))
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200, 410]))
    const made = await Promise.all(forms.map(({ email }) => server.app.accounts.byIdentifier(email)))
    expect(made.filter(Boolean)).to.have.length(1)
  })

  it('ends with the first administrator, and so do the links of earlier starts', async () => {
    const earlier = `/invite/${await server.app.invitations.make([ADMIN])}`
    await visitor().post(link, fields())
    expect((await visitor().open(earlier)).status).to.equal(410)
    const late = fields()
    expect((await visitor().post(earlier, late)).status).to.equal(410)
    expect(await server.app.accounts.byIdentifier(late.email)).to.equal(undefined)
  })

  it('is not used up by looking, nor by a form that is refused', async () => {
    for (let times = 0; times < 5; times += 1)
      for (const method of ['GET', 'HEAD']) expect((await visitor().send(method, link)).status).to.equal(200)
    const { email: taken } = await server.person({ username: 'somebody' })
    const mistakes: [status: number, form: Record<string, string>][] = [
      [400, fields({ email: 'half@' })],
      [400, fields({ password: 'sesame' })],
      [400, fields({ username: 'a b' })],
      [400, fields({ name: 'x'.repeat(201) })],
      [409, fields({ email: taken })],
      [409, fields({ username: 'somebody' })],
    ]
    for (const [status, form] of mistakes) {
      const answer = await visitor().post(link, form)
      expect(answer.status, JSON.stringify(form)).to.equal(status)
      expect(answer.html).to.include(`value="${form.email}"`).and.to.not.include(form.password!)
    }
    expect((await visitor().post(link, fields())).status).to.equal(200)
  })

  it('expires after a day', async () => {
    moveClock(24 * 60 * 60_000 + 1)
    expect((await visitor().open(link)).status).to.equal(410)
    expect((await visitor().post(link, fields())).status).to.equal(410)
  })

  it('is nothing that can be guessed, or sent from another site', async () => {
    for (const path of ['/invite/x', '/invite/__proto__', '/invite/', '/INVITE/x', `${link}x`])
      expect((await visitor().send('GET', path)).status, path).to.be.oneOf([404, 410])
    expect((await visitor().post(link, fields(), { origin: 'https://evil.example' })).status).to.equal(403)
    expect(
      (await visitor().post(link.replace('invite', 'INVITE'), fields(), { origin: 'https://evil.example' })).status,
    ).to.equal(404)
    expect((await visitor().open(link)).status).to.equal(200)
  })

  it('is kept as a hash', async () => {
    const secret = link.split('/').at(-1)!
    const found = await server.app.invitations.find(secret)
    expect(JSON.stringify(found)).to.not.include(secret)
  })
})
