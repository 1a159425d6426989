// Every bad input: the page says what happened and what to do, keeps what was typed (never a password or a code), and the
// log has it once, under the request's trace id.
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { ATTEMPT_OUTLIVES, attemptDeclaration } from '../../src/core/attempts.ts'
import { startChild, type Child } from '../support/child.ts'
import { authorize } from '../support/endpoints.ts'
import { allow, attemptOf, authorization, signIn, signUp } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type Fields } from '../support/visitor.ts'

const WRONG = 'an altogether wrong password'
const NEW = 'a new password of eight words or so'

describe('bad input', () => {
  let server: TestServer
  let child: Child
  let client: ClientView
  /** Whatever must never stand in the log. */
  const secrets = [PASSWORD, WRONG, NEW]

  before(async () => {
    server = await startServer()
    const log = join(server.env.LATCHKEY_DATA_DIR!, 'latchkey.log')
    child = await startChild({
      ...server.env,
      LATCHKEY_PORT: '0',
      LATCHKEY_LOG_LEVEL: 'info',
      LATCHKEY_LOG_FILE: log,
      LATCHKEY_ADDRESS_FAILURES: '1000',
      LATCHKEY_TERMS_URL: 'https://example.com/terms',
    })
    client = await server.register('web', { client_name: 'Acme Notes', client_uri: 'https://acme.example/' })
  })
  after(async () => {
    await child.stop()
    await server.close()
  })

  const begin = (params: Record<string, string> = {}) => authorize(child, client, params)
  async function named(identifier: string) {
    const { visitor, page } = await begin()
    return { visitor, page: await visitor.submit(page, '/identify', { identifier }) }
  }
  async function registering(email: string, fields: Record<string, string> = {}) {
    const { visitor, page } = await begin()
    const answer = await signUp(visitor, page, { email, terms: 'yes', password: NEW, ...fields })
    return { visitor, page: answer }
  }
  async function mailTo(email: string) {
    const mail = await server.mailbox.next(email)
    secrets.push(codeIn(mail), linkIn(mail).split('/').at(-1)!)
    return mail
  }

  interface Answer {
    status: number
    html: string
    words: string
    headers: Headers
    location: string | null
  }
  async function read(response: Response): Promise<Answer> {
    const html = await response.text()
    const { status, headers } = response
    return { status, html, words: wordsOf({ html }), headers, location: headers.get('location') }
  }
  const post = async (visitor: Visitor, address: string, fields: Parameters<Visitor['send']>[2], headers = {}) =>
    read(await visitor.send('POST', address, fields, headers))
  const get = async (visitor: Visitor, address: string) => read(await visitor.send('GET', address))

  /** The one line of the request, and no other with its trace id. */
  function expectLogged({ headers }: Pick<Answer, 'headers'>, reason: string) {
    const traceId = headers.get('x-request-id')
    expect(traceId).to.be.a('string').with.length(22)
    const lines = child.log().filter(line => line['trace.id'] === traceId)
    expect(lines, JSON.stringify(lines)).to.have.length(1)
    expect(lines[0]).to.include({ 'log.level': 'info', 'event.reason': reason })
  }
  function expectTraced(answer: Answer, reason: string) {
    expect(answer.html).to.include(answer.headers.get('x-request-id')!)
    expectLogged(answer, reason)
  }
  const valueOf = (html: string, name: string) =>
    /value="([^"]*)"/.exec(new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)?.[0] ?? '')?.[1]
  const isTicked = (html: string, name: string) =>
    /\schecked/.test(new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)?.[0] ?? '')

  describe('while signing in', () => {
    it('a wrong password', async () => {
      const { email } = await server.person()
      const { visitor, page } = await named(email)
      const answer = await post(visitor, `${attemptOf(page)}/prove/password`, { password: WRONG, remember: 'yes' })
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('That name and password do not belong together').and.to.include(email)
      expect(isTicked(answer.html, 'remember')).to.equal(true)
      expect(answer.html).to.not.include(WRONG)
      expectTraced(answer, 'password.mismatch')
    })

    it('an unknown account: word for word the same', async () => {
      const { visitor, page } = await named('nobody@example.com')
      const answer = await post(visitor, `${attemptOf(page)}/prove/password`, { password: WRONG })
      expect(answer.status).to.equal(400)
      expect(answer.words)
        .to.include('That name and password do not belong together')
        .and.to.include('nobody@example.com')
      expect(isTicked(answer.html, 'remember')).to.equal(false)
      expectTraced(answer, 'password.mismatch')
    })

    it('no password', async () => {
      const { visitor, page } = await named('nobody@example.com')
      const answer = await post(visitor, `${attemptOf(page)}/prove/password`, { password: '' })
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('Enter your password')
      expectTraced(answer, 'password.missing')
    })

    for (const [what, identifier] of Object.entries({ 'no name': ' ', 'a name longer than any': 'x'.repeat(300) }))
      it(what, async () => {
        const { visitor, page } = await begin()
        const answer = await post(visitor, `${attemptOf(page)}/identify`, { identifier })
        expect(answer.status).to.equal(400)
        expect(answer.words).to.include('Enter your email address or your username')
        expect(valueOf(answer.html, 'identifier')?.trim() ?? '').to.equal(identifier.trim())
        expectTraced(answer, 'identifier.missing')
      })

    it('a disabled account: says so once the password is right', async () => {
      const { id, email } = await server.person()
      await server.app.accounts.setStatus(id, 'deactivated')
      const { visitor, page } = await named(email)
      const wrong = await post(visitor, `${attemptOf(page)}/prove/password`, { password: WRONG })
      expect(wrong.words).to.include('do not belong together')
      const right = await post(visitor, `${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expect(right).to.include({ status: 303, location: attemptOf(page) })
      expectLogged(right, 'account.disabled')
      expect((await get(visitor, right.location!)).words)
        .to.include('This account is switched off')
        .and.to.include('Cancel and return to Acme Notes')
    })

    it('an address that was never verified: sends a code once the password is right', async () => {
      const { email } = await server.person({ verified: false })
      const { visitor, page } = await named(email)
      const right = await post(visitor, `${attemptOf(page)}/prove/password`, { password: PASSWORD })
      expectLogged(right, 'email.unverified')
      expect((await get(visitor, right.location!)).words)
        .to.include('Check your mail')
        .and.to.include(email)
      const done = await post(visitor, `${attemptOf(page)}/verify`, { code: codeIn(await mailTo(email)) })
      expect(done.status).to.equal(303)
    })

    it('a method that is not offered', async () => {
      const { visitor, page } = await named('nobody@example.com')
      const answer = await post(visitor, `${attemptOf(page)}/prove/telepathy`, { password: WRONG })
      expect(answer.status).to.equal(404)
      expect(answer.words).to.include('not offered')
      expectTraced(answer, 'method.not_offered')
    })

    it('a redirect URI that is almost right', async () => {
      const { visitor } = await begin()
      const { url } = authorization(child, client, { redirect_uri: 'http://127.0.0.1:9/callback/' })
      const answer = await get(visitor, url.href)
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('http://127.0.0.1:9/callback/').and.to.include('Trace id')
      const lines = child.log().filter(line => line['trace.id'] === answer.headers.get('x-request-id'))
      expect(lines).to.have.length(1)
      expect(lines[0]).to.include({ 'log.level': 'info', 'error.code': 'invalid_redirect_uri' })
    })
  })

  describe('while registering', () => {
    const good = { name: 'Ann Lee', username: 'Ann.Lee', terms: 'yes', remember: 'yes' }
    async function refused(fields: Record<string, string>): Promise<Answer> {
      const { visitor, page } = await begin()
      const answer = await post(visitor, `${attemptOf(page)}/signup`, {
        ...good,
        email: 'Ann@example.com',
        password: NEW,
        ...fields,
      })
      expect(answer.html).to.not.include(fields.password ?? NEW)
      return answer
    }
    function expectKept({ html }: Answer, fields: Record<string, string> = {}) {
      const kept = { email: 'Ann@example.com', name: 'Ann Lee', username: 'Ann.Lee', ...fields }
      for (const [name, value] of Object.entries(kept)) expect(valueOf(html, name), name).to.equal(value)
      expect(isTicked(html, 'remember')).to.equal(true)
    }

    it('a weak password: keeps all but the password', async () => {
      const answer = await refused({ password: '123456789012345' })
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('This follows a pattern')
      expectKept(answer)
      expect(isTicked(answer.html, 'terms')).to.equal(true)
      expectTraced(answer, 'password.run')
    })

    const mistakes: [what: string, fields: Record<string, string>, reason: string, says: string][] = [
      ['a short password', { password: '7 chars' }, 'password.short', 'Use at least 15 characters'],
      ['a password of 10,000 characters', { password: 'correct horse ba'.repeat(625) }, 'password.long', 'Use at most'],
      ['a password that many use', { password: 'qwertyuiopasdfghjkl' }, 'password.common', 'Many people use this'],
      ['a password in a broken encoding', { password: `${NEW}\ufffd` }, 'password.unreadable', 'Type it anew'],
      ['their own name as the password', { password: 'ann@example.com' }, 'password.own_name', 'your own name'],
      ['no address', { email: '' }, 'email.invalid', 'Enter an email address in full'],
      ['half an address', { email: 'ann@' }, 'email.invalid', 'Enter an email address in full'],
      [
        'an address that looks like another',
        { email: 'adm\u0131n@example.com' },
        'email.invalid',
        'Enter an email address in full',
      ],
      ['a username that cannot be', { username: 'a b' }, 'username.invalid', 'Use 3 to 40 letters'],
      ['the terms not accepted', { terms: '' }, 'terms.missing', 'Accept the terms'],
    ]
    for (const [what, fields, reason, says] of mistakes)
      it(what, async () => {
        const answer = await refused(fields)
        expect(answer.status).to.equal(400)
        expect(answer.words).to.include(says)
        const { password: _password, terms: _terms, ...typed } = fields
        expectKept(
          answer,
          Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, value || undefined])) as Record<
            string,
            string
          >,
        )
        expectTraced(answer, reason)
      })

    it('a taken address: the same page as for any other, and a mail to its owner', async () => {
      const { email } = await server.person()
      const { visitor, page } = await begin()
      const answer = await post(visitor, `${attemptOf(page)}/signup`, { ...good, email, password: NEW })
      expect(answer.status).to.equal(303)
      expectLogged(answer, 'email.taken')
      expect((await get(visitor, answer.location!)).words)
        .to.include('Check your mail')
        .and.to.include(email)
      expect((await server.mailbox.next(email)).subject).to.match(/already/i)
      const code = await post(visitor, `${attemptOf(page)}/verify`, { code: '000000' })
      expect(code.words).to.include('That is not the code we sent')
      expectTraced(code, 'verification.wrong_code')
    })

    it('a taken username: told only to whoever proved the address, and another can be chosen', async () => {
      await server.person({ username: 'taken' })
      const { visitor, page } = await registering('first@example.com', { username: 'taken' })
      expect(wordsOf(page)).to.include('Check your mail')
      const code = codeIn(await mailTo('first@example.com'))
      const proven = await post(visitor, `${attemptOf(page)}/verify`, { code })
      expect(proven.status).to.equal(303)
      expectLogged(proven, 'username.taken')
      const choice = await get(visitor, proven.location!)
      expect(choice.words).to.include('Choose a username')
      expect(valueOf(choice.html, 'username')).to.equal('taken')
      const again = await post(visitor, `${attemptOf(page)}/username`, { username: 'Taken' })
      expect(again.status).to.equal(409)
      expect(again.words).to.include('taken')
      expect(valueOf(again.html, 'username')).to.equal('Taken')
      expectTraced(again, 'username.taken')
      expect((await post(visitor, `${attemptOf(page)}/username`, { username: 'not-taken' })).status).to.equal(303)
    })

    it('a wrong code, no code, and one after too many', async () => {
      const { visitor, page } = await registering('codes@example.com')
      const code = codeIn(await mailTo('codes@example.com'))
      const wrong = code === '123456' ? '654321' : '123456'
      const at = `${attemptOf(page)}/verify`
      const none = await post(visitor, at, { code: '' })
      expect(none.words).to.include('Enter the 6 digits')
      expectTraced(none, 'verification.missing')
      for (let tries = 0; tries < 5; tries += 1) {
        const answer = await post(visitor, at, { code: wrong })
        expect(answer.status).to.equal(400)
        expect(answer.html).to.not.include(wrong)
        expectTraced(answer, 'verification.wrong_code')
      }
      const late = await post(visitor, at, { code })
      expect(late.words).to.include('Ask for a new one').and.to.include('Send a new code')
      expectTraced(late, 'verification.too_many')
    })

    it('a mail asked for too often', async () => {
      const { visitor, page } = await registering('often@example.com')
      await mailTo('often@example.com')
      for (let times = 0; times < 4; times += 1) await post(visitor, `${attemptOf(page)}/resend`, {})
      const answer = await post(visitor, `${attemptOf(page)}/resend`, {})
      expect(answer.status).to.equal(429)
      expect(answer.words).to.include('spam')
      expectTraced(answer, 'verification.sent_enough')
    })
  })

  describe('in the wrong place or at the wrong time', () => {
    const finished = async () => {
      const { email } = await server.person()
      const { visitor, page } = await begin()
      const end = await allow(visitor, await signIn(visitor, page, email))
      expect(end.url.searchParams.has('code')).to.equal(true)
      return { visitor, page }
    }
    function expectWayOn({ html }: Answer) {
      expect(html).to.match(/<a class="button[^"]*" href="\/authorize\?[^"]*client_id=/)
      expect(html).to.include('href="https://acme.example/"')
    }

    it('Back, after it was finished: says so, and leads on', async () => {
      const { visitor, page } = await finished()
      const answer = await get(visitor, attemptOf(page))
      expect(answer.status).to.equal(410)
      expect(answer.words).to.include('already done')
      expectTraced(answer, 'stale.finished')
      expectWayOn(answer)
    })

    it('a form of a finished sign-in sent again', async () => {
      const { visitor, page } = await finished()
      const forms: [string, Fields][] = [
        ['identify', { identifier: 'x' }],
        ['prove/password', { password: WRONG }],
        ['consent', { decision: 'allow' }],
        ['cancel', {}],
      ]
      for (const [form, fields] of forms) {
        const answer = await post(visitor, `${attemptOf(page)}/${form}`, fields)
        expect(answer.status, form).to.equal(410)
        expectTraced(answer, 'stale.finished')
      }
    })

    it('an expired sign-in: says so, and begins the same anew', async () => {
      const { visitor, page } = await begin({ state: 'kept' })
      const uid = attemptOf(page).split('/').at(-1)!
      await server.app.store
        .collection(attemptDeclaration)
        .update(uid, known => ({ ...known, expiresAt: Date.now() + ATTEMPT_OUTLIVES - 1 }))
      const answer = await post(visitor, `${attemptOf(page)}/identify`, { identifier: 'ann' })
      expect(answer.status).to.equal(410)
      expect(answer.words).to.include('has expired')
      expectTraced(answer, 'stale.expired')
      expectWayOn(answer)
      const restart = /href="(\/authorize\?[^"]*)"/.exec(answer.html)![1]!.replaceAll('&amp;', '&')
      expect(new URLSearchParams(restart.split('?')[1]).get('state')).to.equal('kept')
      expect((await visitor.open(restart)).html).to.include('name="identifier"')
    })

    it('a sign-in that there never was', async () => {
      const { visitor } = await begin()
      for (const uid of ['nothing', 'x'.repeat(43), '%00', '..%2f..%2fetc', '__proto__']) {
        const answer = await get(visitor, `/signin/${uid}`)
        expect(answer.status, uid).to.be.oneOf([400, 404])
        expect(answer.headers.get('x-request-id')).to.be.a('string')
      }
    })

    it('the address of another’s sign-in', async () => {
      const victim = await begin({ state: 'theirs', login_hint: 'victim@example.com' })
      const { visitor } = await finished()
      const answer = await get(visitor, attemptOf(victim.page))
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('another browser')
      expect(answer.html).to.not.include('theirs').and.to.not.include('victim@example.com')
      expectTraced(answer, 'stale.foreign')
    })

    it('cookies that are off', async () => {
      const { page } = await begin()
      const answer = await get(new Visitor(child.issuer), attemptOf(page))
      expect(answer.status).to.equal(400)
      expect(answer.words).to.include('does not keep our cookie').and.to.include('Allow cookies')
      expectTraced(answer, 'stale.no_cookie')
      const posted = await post(new Visitor(child.issuer), `${attemptOf(page)}/identify`, { identifier: 'ann' })
      expect(posted.status).to.equal(400)
      expectTraced(posted, 'stale.no_cookie')
    })

    it('a second tab: both go on, each with its own', async () => {
      const { email } = await server.person()
      const { visitor, page: first } = await begin({ state: 'one' })
      const second = await visitor.open(authorization(child, client, { state: 'two' }).url)
      const ends = [
        await allow(visitor, await signIn(visitor, first, email)),
        await allow(visitor, await signIn(visitor, second, email)),
      ]
      expect(ends.map(({ url }) => [url.searchParams.has('code'), url.searchParams.get('state')])).to.deep.equal([
        [true, 'one'],
        [true, 'two'],
      ])
    })

    it('a page that was passed already: shows where the sign-in is', async () => {
      const { email } = await server.person()
      const { visitor, page } = await begin()
      await signIn(visitor, page, email)
      const answer = await post(visitor, `${attemptOf(page)}/prove/password`, { password: WRONG })
      expect(answer.status).to.equal(409)
      expect(answer.words).to.include('Allow Acme Notes').and.to.include('done already')
      expectTraced(answer, 'step.passed')
    })
  })

  describe('that no form of ours sends', () => {
    const cases: [
      what: string,
      status: number,
      reason: string,
      body: () => Fields | string | FormData,
      headers?: Record<string, string>,
    ][] = [
      ['JSON', 415, 'body.type', () => '{"identifier":{"$ne":""}}', { 'content-type': 'application/json' }],
      [
        'multipart',
        415,
        'body.type',
        () => {
          const form = new FormData()
          form.set('identifier', 'ann')
          return form
        },
      ],
      ['plain text', 415, 'body.type', () => 'identifier=ann', { 'content-type': 'text/plain' }],
      ['no type', 415, 'body.type', () => 'identifier=ann', { 'content-type': '' }],
      ['57 KB', 413, 'body.too_large', () => ({ identifier: 'ann', padding: 'x'.repeat(57 * 1024) })],
      ['1 MB', 413, 'body.too_large', () => ({ identifier: 'ann', padding: 'x'.repeat(1024 * 1024) })],
      [
        '10,000 fields',
        400,
        'body.too_many_fields',
        () => 'a=&'.repeat(10_000),
        { 'content-type': 'application/x-www-form-urlencoded' },
      ],
      [
        'a compressed body that is not',
        400,
        'body.unreadable',
        () => 'identifier=ann',
        { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
      ],
      [
        'an unknown compression',
        400,
        'body.unreadable',
        () => 'identifier=ann',
        { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'zip' },
      ],
      ['a foreign origin', 403, 'origin.foreign', () => ({ identifier: 'ann' }), { origin: 'https://evil.example' }],
      [
        'an operator in a field’s name',
        400,
        'identifier.missing',
        () => ({ 'identifier[$ne]': '', 'identifier[$gt]': 'a' }),
      ],
      [
        'broken escapes',
        303,
        '',
        () => 'identifier=%zz%ff%00',
        { 'content-type': 'application/x-www-form-urlencoded' },
      ],
    ]
    for (const [what, status, reason, body, headers = {}] of cases)
      it(what, async () => {
        const { visitor, page } = await begin()
        const answer = await post(visitor, `${attemptOf(page)}/identify`, body(), headers)
        expect(answer.status).to.equal(status)
        if (reason) expectTraced(answer, reason)
        expect(answer.html).to.not.match(/\n\s+at |node_modules|Error:(?! )/)
      })

    it('the same, asked for as JSON: answered as JSON', async () => {
      const { visitor, page } = await begin()
      const headers = { 'content-type': 'application/json', accept: 'application/json' }
      const answer = await post(visitor, `${attemptOf(page)}/identify`, '{}', headers)
      expect(answer.status).to.equal(415)
      expect(JSON.parse(answer.html)).to.include({ error: 'body.type', trace_id: answer.headers.get('x-request-id') })
    })

    it('other methods: there is no such page', async () => {
      const { visitor, page } = await begin()
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const { status } = await visitor.send(method, `${attemptOf(page)}/identify`, { identifier: 'ann' })
        expect(status, method).to.be.oneOf([404, 405])
      }
    })
  })

  describe('where registration is closed', () => {
    let closed: Child
    before(async () => {
      closed = await startChild({ ...child.env, LATCHKEY_PORT: '0', LATCHKEY_REGISTRATION: 'closed' })
    })
    after(() => closed.stop())

    it('does not offer it', async () => {
      const { page } = await authorize(closed, client)
      expect(page.html).to.not.include('/signup')
    })

    it('does not show the form', async () => {
      const { visitor, page } = await authorize(closed, client)
      const answer = await get(visitor, `${attemptOf(page)}/signup`)
      expect(answer.status).to.equal(403)
      expect(answer.words).to.include('New accounts cannot be made here')
      expectTraced(answer, 'registration.closed')
    })

    it('posted anyway: 403, and no mail', async () => {
      const { visitor, page } = await authorize(closed, client)
      const email = 'anyway@example.com'
      const answer = await post(visitor, `${attemptOf(page)}/signup`, { email, password: NEW, terms: 'yes' })
      expect(answer.status).to.equal(403)
      expectTraced(answer, 'registration.closed')
      expect(server.mailbox.to(email)).to.deep.equal([])
    })

    it('asked for by the app (prompt=create): a way to sign in instead', async () => {
      const { page } = await authorize(closed, client, { prompt: 'create' })
      expect(wordsOf(page)).to.include('New accounts cannot be made here')
      expect(page.html).to.include('name="identifier"').and.to.not.include('name="email"')
    })
  })

  describe('altogether', () => {
    it('leaves no password, code or link in the log', () => {
      const log = readFileSync(child.env.LATCHKEY_LOG_FILE!, 'utf8')
      const lines = child.log()
      expect(lines.length).to.be.above(50)
      for (const secret of secrets)
        expect(log.replaceAll(/"(trace\.id|latchkey\.client_id|@timestamp)":"[^"]*"/g, ''), secret).to.not.include(
          secret,
        )
      expect(lines.filter(line => line['log.level'] !== 'info')).to.deep.equal([])
    })
  })
})
