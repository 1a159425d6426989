// The attacks on password sign-in and on registration. Each test is named by what the attacker does, and says what must
// happen instead.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize, userinfo } from '../support/endpoints.ts'
import {
  allow,
  attemptOf,
  authorization,
  codeOf,
  redeem,
  signIn,
  signInForTokens,
  signUp,
  tokenRequest,
} from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { eachEngine, type EngineName, type OpenUrl } from '../support/engines.ts'
import { PASSWORD, REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'
import { expectAlike, record, type Recorded } from './alike.ts'

/** Answers are compared to the byte, so names are of one length. */
let count = 0
const newName = () =>
  `${createHash('sha256')
    .update(String((count += 1)))
    .digest('hex')
    .slice(0, 12)}@example.com`
/** Of a network that was not seen before: tries are counted by /24. */
const address = () => `10.${(count += 1) >> 8}.${count & 255}.1`

// The counts that guard secrets must hold also where Redis keeps what surrounds them.
describe('attacks on sign-in and registration', () => eachEngine(attacks, ['sqlite', 'mongo+redis']))

function attacks(_engine: EngineName, openUrl: OpenUrl, redis: Record<string, string>): void {
  let server: TestServer
  let client: ClientView

  before(async () => {
    // As if behind a proxy: each attacker can come from an address of their own.
    server = await startServer({
      store: await openUrl(),
      env: { ...redis, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1' },
    })
    client = await server.register('web', { first_party: true, client_name: 'Acme Notes' })
  })
  after(() => server?.close())
  afterEach(resetClock)

  /** Tries one password for one name, from wherever: as far as the answer to the form. */
  async function tryPassword(
    name: string,
    password: string,
    { from = address(), visitor = new Visitor(server.issuer), by = server, app = client } = {},
  ) {
    const headers = { 'x-forwarded-for': from }
    const page = await visitor.open(authorization(by, app, { prompt: 'login' }).url, headers)
    const asked = page.html.includes('name="identifier"')
      ? await visitor.post(`${attemptOf(page)}/identify`, { identifier: name }, headers)
      : page
    return visitor.send('POST', `${attemptOf(asked)}/prove/password`, { password }, headers)
  }
  const isIn = (response: Response) =>
    response.status === 303 && response.headers.get('location')!.includes('/authorize/')
  const isDone = (page: VisitedPage) => page.url.href.startsWith(`${REDIRECT_URI}?code=`)

  describe('guesses passwords', () => {
    it('for one account, from ever new addresses: five, then 429 with the time to wait, the right one too', async () => {
      const { email } = await server.person()
      for (let tries = 0; tries < 5; tries += 1)
        expect((await tryPassword(email, `guess ${tries}`)).status).to.equal(400)
      const locked = await tryPassword(email, PASSWORD)
      expect(locked.status).to.equal(429)
      expect(locked.headers.get('retry-after')).to.equal('900')
    })

    it('for one account, 50 at once: five are looked at', async () => {
      const { email } = await server.person()
      const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => tryPassword(email, `guess ${at}`)))
      expect(answers.filter(({ status }) => status === 400)).to.have.length(5)
      expect(answers.filter(({ status }) => status === 429)).to.have.length(45)
    })

    it('one password for many accounts, from one address: the address is stopped, another is not', async () => {
      const from = '203.0.113.7'
      const tries = Array.from({ length: 60 }, () => tryPassword(newName(), PASSWORD, { from }))
      const statuses = (await Promise.all(tries)).map(({ status }) => status)
      expect(statuses.filter(status => status === 400)).to.have.length(50)
      expect(statuses.filter(status => status === 429)).to.have.length(10)
      expect((await tryPassword(newName(), PASSWORD, { from: '203.0.113.99' })).status, 'the same /24').to.equal(429)
      expect((await tryPassword(newName(), PASSWORD)).status).to.equal(400)
    })

    it('one password for many accounts, from ever new addresses: everyone is stopped, but for known devices', async () => {
      const store = await openUrl()
      const env = { ...redis, LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1', LATCHKEY_GLOBAL_FAILURES: '30' }
      const small = await startServer({ store, env })
      try {
        const app = await small.register('web', { first_party: true })
        const { email } = await small.person()
        const { visitor } = await signInForTokens(small, app, email)
        const attack = () => tryPassword(newName(), PASSWORD, { visitor: new Visitor(small.issuer), by: small, app })
        const answers = await Promise.all(Array.from({ length: 40 }, attack))
        expect(answers.filter(({ status }) => status === 400)).to.have.length(30)
        expect(isIn(await tryPassword(email, PASSWORD, { visitor, by: small, app }))).to.equal(true)
      } finally {
        await small.close()
      }
    })

    it('with an X-Forwarded-For of their own making: no proxy is trusted, and it counts for nothing', async () => {
      const store = await openUrl()
      const env = { ...redis, LATCHKEY_ADDRESS_FAILURES: '10' }
      const open = await startServer({ store, env })
      try {
        const app = await open.register('web', { first_party: true })
        const guess = () => tryPassword(newName(), PASSWORD, { visitor: new Visitor(open.issuer), by: open, app })
        const answers = await Promise.all(Array.from({ length: 15 }, guess))
        expect(answers.filter(({ status }) => status === 400)).to.have.length(10)
      } finally {
        await open.close()
      }
    })

    it('with other spellings of the name, or its username: one count for the account', async () => {
      const { email } = await server.person({ username: 'spelled' })
      const spellings = [email, email.toUpperCase(), ` ${email}`, email.replace('@', '＠'), 'SPELLED']
      for (const name of spellings) expect((await tryPassword(name, 'guess')).status).to.equal(400)
      for (const name of [email, 'spelled']) expect((await tryPassword(name, PASSWORD)).status).to.equal(429)
    })

    it('through another app, or another grant: the same lock [CVE-2026-9798]', async () => {
      const { email } = await server.person()
      for (let tries = 0; tries < 5; tries += 1) await tryPassword(email, 'guess')
      const other = await server.register('spa', { first_party: true })
      expect((await tryPassword(email, PASSWORD, { app: other })).status).to.equal(429)
      const grant = { grant_type: 'password', username: email, password: PASSWORD }
      expect((await tokenRequest(server, client, grant)).body.error).to.equal('unsupported_grant_type')
    })

    it('to lock the victim out: the known device still gets in, and the lock ends by itself', async () => {
      const { email } = await server.person()
      const { visitor } = await signInForTokens(server, client, email)
      for (let tries = 0; tries < 8; tries += 1) await tryPassword(email, 'guess')
      expect((await tryPassword(email, PASSWORD)).status).to.equal(429)
      expect(isIn(await tryPassword(email, PASSWORD, { visitor }))).to.equal(true)
    })
  })

  describe('looks for who has an account, by content, status and headers [CVE-2026-23511]', () => {
    const nobody = newName
    const somebody = async () => (await server.person({ email: newName() })).email
    const disabled = async () => {
      const { id, email } = await server.person({ email: newName() })
      await server.app.accounts.setStatus(id, 'deactivated')
      return email
    }
    const unverified = async () => (await server.person({ email: newName(), verified: false })).email
    const administrator = async () => {
      const { email, id } = await server.person({ email: newName() })
      await server.app.accounts.change(id, account => ({ ...account, roles: ['admin'], admin: true }))
      return email
    }
    const withoutPassword = async () =>
      (await server.app.accounts.create({ email: newName(), emailVerified: true })).email
    const kinds = { nobody, somebody, disabled, unverified, administrator, 'without password': withoutPassword }

    async function walkAll(walk: (name: string) => Promise<Recorded[]>): Promise<void> {
      const whoever: Record<string, Recorded[]> = {}
      for (const [kind, make] of Object.entries(kinds)) whoever[kind] = await walk(await make())
      expectAlike(whoever)
    }

    it('at sign-in, up to the lock and beyond: byte for byte the same', () =>
      walkAll(async name => {
        const visitor = new Visitor(server.issuer)
        const from = { 'x-forwarded-for': address() }
        const page = await visitor.open(authorization(server, client).url)
        const at = attemptOf(page)
        const answers = [
          await record(await visitor.send('POST', `${at}/identify`, { identifier: name }, from), name),
          await record(await visitor.send('GET', at, undefined, from), name),
          await record(await visitor.send('POST', `${at}/prove/password`, { password: '' }, from), name),
        ]
        for (let tries = 0; tries < 7; tries += 1)
          answers.push(
            await record(
              await visitor.send('POST', `${at}/prove/password`, { password: 'wrong', remember: 'yes' }, from),
              name,
            ),
          )
        for (const form of ['verify', 'resend', 'username', 'consent', 'select', 'switch'])
          answers.push(await record(await visitor.send('POST', `${at}/${form}`, { code: '1' }, from), name))
        return answers
      }))

    it('at registration, through codes, new mails and the end of both: byte for byte the same', () =>
      walkAll(async name => {
        const visitor = new Visitor(server.issuer)
        const page = await visitor.open(authorization(server, client).url)
        const at = attemptOf(page)
        const form = { email: name, username: '', name: '', password: PASSWORD }
        const answers = [
          await record(await visitor.send('POST', `${at}/signup`, form), name),
          await record(await visitor.send('GET', at), name),
        ]
        for (let tries = 0; tries < 7; tries += 1)
          answers.push(await record(await visitor.send('POST', `${at}/verify`, { code: 'wrong' }), name))
        for (let mails = 0; mails < 6; mails += 1) {
          answers.push(await record(await visitor.send('POST', `${at}/resend`, {}), name))
          answers.push(await record(await visitor.send('GET', at), name))
          answers.push(await record(await visitor.send('POST', `${at}/verify`, { code: '' }), name))
        }
        await server.app.postbox.settled()
        expect(server.mailbox.to(name)).to.have.length(5)
        return answers
      }))

    it('by a username at registration: nothing is said of it before the address is proven', async () => {
      await server.person({ username: 'taken-one' })
      const whoever: Record<string, Recorded[]> = {}
      for (const username of ['taken-one', 'free--one']) {
        const visitor = new Visitor(server.issuer)
        const page = await visitor.open(authorization(server, client).url)
        const email = newName()
        const form = { email, username, name: '', password: PASSWORD }
        whoever[username] = [
          await record(await visitor.send('POST', `${attemptOf(page)}/signup`, form), email),
          await record(await visitor.send('GET', attemptOf(page)), email),
        ]
      }
      expectAlike(whoever)
    })

    it('by login_hint, or by an id_token_hint that is not theirs: the page is the same', () =>
      walkAll(async name => {
        const visitor = new Visitor(server.issuer)
        const response = await visitor.send('GET', authorization(server, client, { login_hint: name }).url)
        return [await record(await visitor.send('GET', response.headers.get('location')!), name)]
      }))
  })

  describe('registers as somebody else', () => {
    async function register(typed: string) {
      const { visitor, page } = await authorize(server, client)
      return { visitor, page: await signUp(visitor, page, { email: typed }) }
    }

    it('by a full-width @, capitals or a trailing dot: it is the same address, and its mail goes to the owner', async () => {
      const { email } = await server.person()
      for (const typed of [email.replace('@', '＠'), email.toUpperCase(), `${email}.`, ` ${email}\t`]) {
        const { page } = await register(typed)
        expect(wordsOf(page)).to.include('Check your mail').and.to.include(email)
      }
      await server.app.postbox.settled()
      expect(server.mailbox.to(email)).to.have.length(4)
      for (const { subject, text } of server.mailbox.to(email)) {
        expect(subject).to.match(/already/i)
        expect(text).to.not.match(/\b\d{6}\b/)
      }
    })

    it('by letters that look like theirs (dotless i, accents): refused', async () => {
      await server.person({ email: 'mikailia@example.com' })
      for (const typed of [
        'm\u0131kailia@example.com',
        'mikail\u00eda@example.com',
        'mikaili\u0430@example.com',
        'mikailia@ex\u00adample.com',
      ])
        expect((await register(typed)).page.status, typed).to.equal(400)
    })

    it('by bending the domain: refused', async () => {
      for (const typed of [
        'ann@example.com/x',
        'ann@example.com?x',
        'ann@ex%61mple.com',
        'ann@evil.example\\@example.com',
        'ann@example.com\r\nBcc: all@example.com',
      ])
        expect((await register(typed)).page.status, typed).to.equal(400)
    })

    it('before they do, with a password of the attacker’s: the address is nobody’s until it is proven', async () => {
      const victim = newName()
      const attacker = await register(victim)
      expect((await tryPassword(victim, PASSWORD)).status).to.equal(400)
      const own = await authorize(server, client)
      const check = await signUp(own.visitor, own.page, { email: victim, password: 'the victim’s own long password' })
      await own.visitor.submit(check, '/verify', { code: codeIn(await server.mailTo(victim)) })
      expect((await tryPassword(victim, PASSWORD)).status).to.equal(400)
      expect(isIn(await tryPassword(victim, 'the victim’s own long password'))).to.equal(true)
      const late = await attacker.visitor.open(attemptOf(attacker.page))
      expect(wordsOf(late)).to.include('Check your mail')
    })

    it('where registration is closed, by posting anyway: 403 [CVE-2024-49757]', async () => {
      const store = await openUrl()
      const env = { ...redis, LATCHKEY_REGISTRATION: 'closed' }
      const closed = await startServer({ store, env })
      try {
        const { visitor, page } = await authorize(closed, await closed.register('web'))
        const email = newName()
        const answer = await visitor.post(`${attemptOf(page)}/signup`, { email, password: PASSWORD })
        expect(answer.status).to.equal(403)
        await closed.app.postbox.settled()
        expect(closed.mailbox.to(email)).to.deep.equal([])
      } finally {
        await closed.close()
      }
    })

    it('by guessing codes over a day, in ever new registrations of one address: 50 are looked at', async () => {
      const email = newName()
      let looked = 0
      for (let round = 0; round < 11; round += 1) {
        const { visitor, page } = await register(email)
        for (let tries = 0; tries < 5; tries += 1)
          if ((await visitor.post(`${attemptOf(page)}/verify`, { code: 'wrong' })).status === 400) looked += 1
        if (round < 10) continue
        const right = { code: codeIn(await server.mailTo(email)) }
        expect((await visitor.post(`${attemptOf(page)}/verify`, right)).status).to.equal(429)
        moveClock(24 * 3_600_000 + 1000)
      }
      expect(looked).to.equal(50)
      const own = await register(email)
      const end = await own.visitor.post(`${attemptOf(own.page)}/verify`, { code: codeIn(await server.mailTo(email)) })
      expect(end.url.searchParams.has('code')).to.equal(true)
    })

    it('by guessing the code: five tries a mail, 20 mails an hour, each with another code', async () => {
      const { visitor, page } = await register(newName())
      const at = `${attemptOf(page)}/verify`
      const statuses = await Promise.all(
        Array.from({ length: 50 }, async (_, guess) =>
          wordsOf({ html: await (await visitor.send('POST', at, { code: String(100_000 + guess) })).text() }),
        ),
      )
      expect(statuses.filter(words => words.includes('That is not the code'))).to.have.length.at.most(5)
    })
  })

  describe('meddles with the mails', () => {
    it('reads the code or the link out of an answer: never there', async () => {
      const email = newName()
      const { visitor, page } = await authorize(server, client)
      const answers = [await visitor.send('POST', `${attemptOf(page)}/signup`, { email, password: PASSWORD })]
      for (const path of ['', '/signup', '/identify']) answers.push(await visitor.send('GET', attemptOf(page) + path))
      answers.push(await visitor.send('POST', `${attemptOf(page)}/verify`, { code: 'wrong' }))
      const mail = await server.mailTo(email)
      const secret = linkIn(mail).split('/').at(-1)!
      for (const answer of answers) {
        const all = `${await answer.text()}${JSON.stringify([...answer.headers])}`.replaceAll(/[\w-]{22,}/g, token =>
          token === secret ? token : '',
        )
        expect(all).to.not.include(codeIn(mail)).and.to.not.include(secret)
      }
    })

    it('opens the link as a mail scanner does, GET and HEAD, five times: not used up; a person’s button does it', async () => {
      const email = newName()
      const { visitor, page } = await authorize(server, client)
      await signUp(visitor, page, { email })
      const link = linkIn(await server.mailTo(email))
      const scanner = new Visitor(server.issuer)
      for (let times = 0; times < 5; times += 1) {
        await scanner.send('GET', link)
        await scanner.send('HEAD', link)
      }
      expect(await server.app.accounts.byIdentifier(email)).to.equal(undefined)
      expect(isDone(await visitor.post(link, {}))).to.equal(true)
    })

    it('uses a link as anything else than what it was mailed for: it is nothing there', async () => {
      const email = newName()
      const { visitor, page } = await authorize(server, client)
      await signUp(visitor, page, { email })
      const secret = linkIn(await server.mailTo(email))
        .split('/')
        .at(-1)!
      expect((await visitor.send('GET', `/invite/${secret}`)).status).to.equal(410)
      expect((await visitor.send('POST', `${attemptOf(page)}/verify`, { code: secret })).status).to.equal(400)
      expect((await userinfo(server, secret)).status).to.equal(401)
      expect((await redeem(server, client, secret, 'x'.repeat(43))).body.error).to.equal('invalid_grant')
    })
  })

  describe('skips or swaps steps [CVE-2026-49448]', () => {
    it('posts a later form without the earlier ones: the server’s own state refuses', async () => {
      const { email } = await server.person()
      const app = await server.register('web')
      const forms = {
        consent: { decision: 'allow', scope: 'email' },
        select: {},
        username: { username: 'x-y-z' },
        verify: { code: '123456' },
        resend: {},
      }
      for (const [form, fields] of Object.entries(forms)) {
        for (const named of [false, true]) {
          const { visitor, page } = await authorize(server, app)
          if (named) await visitor.submit(page, '/identify', { identifier: email })
          const answer = await visitor.post(`${attemptOf(page)}/${form}`, fields)
          expect(answer.status, form).to.equal(409)
          expect(answer.url.searchParams.has('code')).to.equal(false)
        }
      }
    })

    it('comes back to the provider before the sign-in is done: no code', async () => {
      const { email } = await server.person()
      const { visitor, page } = await authorize(server, client)
      const uid = attemptOf(page).split('/').at(-1)!
      await visitor.submit(page, '/identify', { identifier: email })
      const resumed = await visitor.open(`/authorize/${uid}`)
      expect(resumed.url.searchParams.has('code')).to.equal(false)
    })

    it('changes who it is about after the proof: the proof is gone with them', async () => {
      const [mine, theirs] = [await server.person(), await server.person()]
      const app = await server.register('web')
      const { visitor, page } = await authorize(server, app)
      const consent = await signIn(visitor, page, mine.email)
      expect(consent.html).to.include('name="decision"')
      const switched = await visitor.post(`${attemptOf(page)}/identify`, { identifier: theirs.email })
      expect(switched.html).to.include('name="password"')
      expect((await visitor.post(`${attemptOf(page)}/consent`, { decision: 'allow' })).status).to.equal(409)
    })

    it('changes who it is about while the proof is under way: it counts for who it was asked of', async () => {
      const [mine, theirs] = [await server.person(), await server.person()]
      for (let round = 0; round < 10; round += 1) {
        const { visitor, page, codeVerifier } = await authorize(server, client)
        const at = attemptOf(page)
        await visitor.submit(page, '/identify', { identifier: mine.email })
        const [proven] = await Promise.all([
          visitor.send('POST', `${at}/prove/password`, { password: PASSWORD }),
          visitor.send('POST', `${at}/identify`, { identifier: theirs.email }),
        ])
        const end = await visitor.open(proven.headers.get('location') ?? at)
        if (!isDone(end)) continue
        const { body } = await redeem(server, client, codeOf(end), codeVerifier)
        expect((await userinfo(server, body.access_token)).body.sub).to.equal(mine.id)
      }
    })

    it('puts the uid of another cookie’s sign-in into the address: 400', async () => {
      const { visitor, page: first } = await authorize(server, client)
      const second = await visitor.open(authorization(server, client).url)
      const [one, two] = [attemptOf(first), attemptOf(second)]
      const names = ['latchkey_signin', 'latchkey_signin.sig']
      const thief = new Visitor(server.issuer)
      // The newest of the two cookies, at the address of the other sign-in.
      for (const name of names) thief.setCookie(name, visitor.cookie(name)!, one)
      expect((await thief.open(one)).status).to.equal(400)
      expect((await thief.post(`${one}/identify`, { identifier: 'ann' })).status).to.equal(400)
      for (const name of names) thief.setCookie(name, visitor.cookie(name)!, two)
      expect((await thief.open(two)).status).to.equal(200)
      thief.setCookie('latchkey_signin.sig', 'x'.repeat(27), two)
      expect((await thief.open(two)).status).to.equal(400)
    })

    it('hands their sign-in’s address to the victim’s browser: no login there, no fixation here [CVE-2026-7507]', async () => {
      const { email } = await server.person()
      const attacker = await authorize(server, client)
      const at = attemptOf(attacker.page)
      const victim = new Visitor(server.issuer)
      expect((await victim.open(at)).status).to.equal(400)
      await victim.post(`${at}/identify`, { identifier: email })
      await victim.post(`${at}/prove/password`, { password: PASSWORD })
      await victim.open(`/authorize/${at.split('/').at(-1)}`)
      expect(victim.cookie('latchkey_session')).to.equal(undefined)
      expect((await attacker.visitor.open(at)).html).to.include('name="identifier"')
    })

    it('hands over a sign-in that is finished: the victim’s browser learns nothing of it', async () => {
      const { email } = await server.person()
      const attacker = await authorize(server, client, { state: 'secret-state', login_hint: email })
      await allow(attacker.visitor, await signIn(attacker.visitor, attacker.page, email))
      const seen = await new Visitor(server.issuer).open(attemptOf(attacker.page))
      expect(seen.status).to.be.within(400, 410)
      expect(seen.html).to.not.include('secret-state').and.to.not.include(email)
    })
  })

  describe('chooses a password', () => {
    const refused: Record<string, string> = {
      'of 7 characters': '7 chars',
      'of 14 characters': 'fourteen chars',
      'of 10,000 characters': 'correct horse battery '.repeat(455),
      'that is long only before NFKC': 'e\u0301'.repeat(7) + 'x',
      'that repeats itself': 'passwordpassword',
      'that is a run': 'abcdefghijklmnop',
      'that a million people’s list has': '1qaz2wsx3edc4rfv',
      'that such a list has, in capitals': 'QWERTYUIOPASDFGHJKL',
    }
    for (const [what, password] of Object.entries(refused))
      it(`${what}: refused [SP 800-63B-4]`, async () => {
        const { visitor, page } = await authorize(server, client)
        const answer = await signUp(visitor, page, { email: newName(), password })
        expect(answer.status).to.equal(400)
        expect(answer.html).to.include('id="password-error"')
        expect(answer.html).to.not.include(password)
      })

    it('in one Unicode spelling, and types it in another: it is the same', async () => {
      const email = newName()
      const { visitor, page } = await authorize(server, client)
      const check = await signUp(visitor, page, { email, password: 'cafe\u0301 ﬁve green lanterns' })
      await visitor.submit(check, '/verify', { code: codeIn(await server.mailTo(email)) })
      expect(isIn(await tryPassword(email, 'caf\u00e9 five green lanterns'))).to.equal(true)
    })
  })
}
