import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, claimsIn, userinfo } from '../support/endpoints.ts'
import { allow, attemptOf, codeOf, redeem, signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD, REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type Fields, type VisitedPage } from '../support/visitor.ts'

describe('registration', () => {
  let server: TestServer
  let client: ClientView
  let count = 0
  const newEmail = () => `new-${(count += 1)}@example.com`

  before(async () => {
    server = await startServer()
    client = await server.register('web', { client_name: 'Acme Notes' })
  })
  afterEach(resetClock)
  after(() => server.close())

  async function register(fields: Fields = {}) {
    const email = newEmail()
    const request = await authorize(server, client)
    const page = await signUp(request.visitor, request.page, { email, ...fields })
    return { ...request, email, page, mail: await server.mailTo(email) }
  }
  const typeCode = (visitor: Visitor, page: VisitedPage, code: string) => visitor.submit(page, '/verify', { code })
  const accountOf = (email: string) => server.app.accounts.byIdentifier(email)
  const isDone = (page: VisitedPage) =>
    page.url.href.startsWith(`${REDIRECT_URI}?`) && page.url.searchParams.has('code')

  describe('by the code', () => {
    it('makes the account, signs it in, and leads back to the app', async () => {
      const { visitor, page, email, mail, codeVerifier } = await register({ name: 'Ann Lee', username: 'Ann.Lee' })
      expect(wordsOf(page)).to.include('Check your mail').and.to.include(email)
      expect(await accountOf(email)).to.equal(undefined)
      const end = await allow(visitor, await typeCode(visitor, page, codeIn(mail)))
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ acr: 'urn:latchkey:acr:1' })
      expect(claimsIn(body.id_token).amr).to.deep.equal(['pwd'])
      const { body: claims } = await userinfo(server, body.access_token)
      expect(claims).to.include({ email, email_verified: true, name: 'Ann Lee', preferred_username: 'ann.lee' })
    })

    it('lets the person sign in afterwards, by address or username, however they are typed', async () => {
      const { visitor, page, email, mail } = await register({ username: 'Bob.Lee' })
      await typeCode(visitor, page, codeIn(mail))
      for (const name of [email, email.toUpperCase(), ` ${email} `, 'BOB.LEE', email.replace('@', '＠')]) {
        const other = await authorize(server, client)
        expect(isDone(await allow(other.visitor, await signIn(other.visitor, other.page, name))), name).to.equal(true)
      }
    })

    it('is one account when the form is sent many times at once', async () => {
      const { visitor, page, email, mail } = await register()
      const code = codeIn(mail)
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => visitor.send('POST', `${attemptOf(page)}/verify`, { code })),
      )
      expect(answers.map(({ status }) => status).filter(status => status >= 500)).to.deep.equal([])
      const { items } = await server.app.events.list({ limit: 1000 })
      const account = (await accountOf(email))!
      expect(items.filter(({ type, accountId }) => type === 'account.registered' && accountId === account.id)).to.not.be
        .empty
      expect(isDone(await allow(visitor, await visitor.open(attemptOf(page))))).to.equal(true)
    })

    it('works with the newest mail only', async () => {
      const { visitor, page, email, mail } = await register()
      const again = await visitor.submit(page, '/resend')
      expect(wordsOf(again)).to.include(`We sent another code and another link to ${email}`)
      const newer = await server.mailTo(email)
      expect(codeIn(newer) === codeIn(mail) && linkIn(newer) === linkIn(mail)).to.equal(false)
      if (codeIn(newer) !== codeIn(mail)) {
        const old = await typeCode(visitor, again, codeIn(mail))
        expect(old.status).to.equal(400)
      }
      expect(wordsOf(await visitor.open(linkIn(mail)))).to.include('no longer works')
      expect(isDone(await allow(visitor, await typeCode(visitor, again, codeIn(newer))))).to.equal(true)
    })

    it('expires after five minutes, and a new one can be asked for', async () => {
      const { visitor, page, email, mail } = await register()
      moveClock(6 * 60_000)
      const late = await typeCode(visitor, page, codeIn(mail))
      expect(wordsOf(late)).to.include('expired. Ask for a new one')
      const again = await visitor.submit(late, '/resend')
      expect(isDone(await allow(visitor, await typeCode(visitor, again, codeIn(await server.mailTo(email)))))).to.equal(
        true,
      )
    })
  })

  describe('by the link', () => {
    it('in the same browser: goes on from there', async () => {
      const { visitor, email, mail } = await register()
      const page = await visitor.open(linkIn(mail))
      expect(wordsOf(page)).to.include('Confirm this address?').and.to.include(email)
      expect(isDone(await allow(visitor, await visitor.post(linkIn(mail), {})))).to.equal(true)
    })

    it('in another browser: confirms there, signs in only where it began', async () => {
      const { visitor, page, email, mail } = await register()
      const other = new Visitor(server.issuer)
      expect(wordsOf(await other.open(linkIn(mail)))).to.include('you started in another browser')
      const confirmed = await other.post(linkIn(mail), { password: PASSWORD })
      expect(wordsOf(confirmed)).to.include('Address confirmed').and.to.include('Acme Notes')
      expect(other.cookie('latchkey_session')).to.equal(undefined)
      expect((await accountOf(email))!.emailVerified).to.equal(true)
      const elsewhere = await other.open(attemptOf(page))
      expect(elsewhere.status).to.equal(400)
      expect(isDone(await allow(visitor, await visitor.open(attemptOf(page))))).to.equal(true)
    })

    it('in another browser, and the code or anything else here afterwards: goes on', async () => {
      const { visitor, page, mail } = await register()
      await new Visitor(server.issuer).post(linkIn(mail), { password: PASSWORD })
      expect(isDone(await allow(visitor, await typeCode(visitor, page, codeIn(mail))))).to.equal(true)
    })

    it('in another browser, without the password of the registration: is no way to confirm what a stranger began', async () => {
      const { visitor, page, email, mail } = await register()
      const owner = new Visitor(server.issuer)
      for (const password of ['', 'a guess of the owner of the address']) {
        const refused = await owner.post(linkIn(mail), { password })
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.match(/Enter the password you chose|not the password that was chosen/)
      }
      expect(await accountOf(email)).to.equal(undefined)
      expect(wordsOf(await visitor.open(attemptOf(page)))).to.include('Check your mail')
    })

    it('in another browser: lets nobody guess that password without end', async () => {
      const { mail } = await register()
      const guesses = Array.from({ length: 8 }, () =>
        new Visitor(server.issuer).post(linkIn(mail), { password: 'a guess' }),
      )
      const statuses = (await Promise.all(guesses)).map(({ status }) => status)
      expect(statuses.filter(status => status === 400)).to.have.length(5)
      expect(statuses.filter(status => status === 429)).to.have.length(3)
    })

    it('says who asked, from where and when, and for how long it can be used is not over after the code', async () => {
      const { mail } = await register()
      moveClock(60 * 60_000)
      const page = await new Visitor(server.issuer).open(linkIn(mail))
      expect(wordsOf(page)).to.include('Asked for').and.to.include('From')
    })

    it('is not used up by a mail scanner: GET and HEAD, five times each', async () => {
      const { visitor, email, mail } = await register()
      const scanner = new Visitor(server.issuer)
      for (let times = 0; times < 5; times += 1)
        for (const method of ['GET', 'HEAD']) expect((await scanner.send(method, linkIn(mail))).status).to.equal(200)
      expect(await accountOf(email)).to.equal(undefined)
      expect(isDone(await allow(visitor, await visitor.post(linkIn(mail), {})))).to.equal(true)
    })

    it('works once, and is dead once the code was used', async () => {
      const { visitor, page, mail } = await register()
      await new Visitor(server.issuer).post(linkIn(mail), { password: PASSWORD })
      expect((await new Visitor(server.issuer).post(linkIn(mail), { password: PASSWORD })).status).to.equal(410)
      await typeCode(visitor, page, codeIn(mail))

      const second = await register()
      await typeCode(second.visitor, second.page, codeIn(second.mail))
      const late = await new Visitor(server.issuer).post(linkIn(second.mail), {})
      expect(late.status).to.equal(410)
      expect(wordsOf(late)).to.include('no longer works')
    })

    it('is dead after a day, and after nobody knows what', async () => {
      const { mail } = await register()
      moveClock(25 * 60 * 60_000)
      expect((await new Visitor(server.issuer).open(linkIn(mail))).status).to.equal(410)
      expect((await new Visitor(server.issuer).open(`${linkIn(mail)}x`)).status).to.equal(410)
    })

    it('carries no secret to other sites, and is not kept by caches', async () => {
      const { mail } = await register()
      const { headers } = await new Visitor(server.issuer).send('GET', linkIn(mail))
      expect(headers.get('referrer-policy')).to.be.oneOf(['same-origin', 'no-referrer'])
      expect(headers.get('cache-control')).to.equal('no-store')
    })
  })

  it('keeps the password that was typed with it, not one typed later for the same address', async () => {
    const first = await register()
    const second = await authorize(server, client)
    await signUp(second.visitor, second.page, { email: first.email, password: 'another password of many words' })
    await typeCode(first.visitor, first.page, codeIn(first.mail))
    const { visitor, page } = await authorize(server, client)
    expect(isDone(await allow(visitor, await signIn(visitor, page, first.email)))).to.equal(true)
  })

  it('of one address twice: who proves it first has it, the other is told and begins anew', async () => {
    const first = await register()
    const second = await authorize(server, client)
    const waiting = await signUp(second.visitor, second.page, { email: first.email })
    const secondMail = await server.mailTo(first.email)
    await typeCode(first.visitor, first.page, codeIn(first.mail))
    const late = await typeCode(second.visitor, waiting, codeIn(secondMail))
    expect(late.status).to.equal(409)
    expect(wordsOf(late)).to.include('registered meanwhile')
    const anew = await second.visitor.open(attemptOf(waiting))
    if (anew.status === 409) expect(wordsOf(anew)).to.include('registered meanwhile')
    const then = anew.status === 409 ? await second.visitor.open(attemptOf(waiting)) : anew
    expect(isDone(await allow(second.visitor, await signIn(second.visitor, then, first.email)))).to.equal(true)
  })

  it('of a username that was taken meanwhile: another is chosen, or none', async () => {
    for (const [choice, username] of [
      ['free-name', 'free-name'],
      ['', undefined],
    ] as const) {
      const { visitor, page, email, mail } = await register({ username: `wanted-${choice.length}` })
      await server.person({ username: `wanted-${choice.length}` })
      const chooser = await typeCode(visitor, page, codeIn(mail))
      expect(wordsOf(chooser)).to.include('Choose a username')
      expect(wordsOf(await visitor.open(attemptOf(page)))).to.include('Choose a username')
      const refused = await visitor.submit(chooser, '/username', { username: 'x' })
      expect(refused.status).to.equal(400)
      expect(isDone(await allow(visitor, await visitor.submit(refused, '/username', { username: choice })))).to.equal(
        true,
      )
      expect((await accountOf(email))!.username).to.equal(username)
    }
  })

  it('with another address: the first one is forgotten', async () => {
    const { visitor, page, email: mistyped, mail } = await register()
    const email = newEmail()
    const again = await signUp(visitor, page, { email })
    expect(wordsOf(again)).to.include(email)
    const wrong = await typeCode(visitor, again, codeIn(mail))
    if (codeIn(mail) !== codeIn(await server.mailTo(email))) expect(wrong.status).to.equal(400)
    expect(isDone(await allow(visitor, await typeCode(visitor, again, codeIn(await server.mailTo(email)))))).to.equal(
      true,
    )
    expect(await accountOf(mistyped)).to.equal(undefined)
  })

  it('left for signing in instead: nothing comes of it', async () => {
    const { email: known } = await server.person()
    const { visitor, page, email } = await register()
    const form = await visitor.open(`${attemptOf(page)}/identify`)
    expect(isDone(await allow(visitor, await signIn(visitor, form, known)))).to.equal(true)
    expect(await accountOf(email)).to.equal(undefined)
  })

  it('cancelled: the app is told', async () => {
    const { visitor, page } = await register()
    expect(answerOf(await visitor.submit(page, '/cancel')).error).to.equal('access_denied')
  })

  it('asked for by the app (prompt=create) begins with the form, in spite of a session', async () => {
    const { visitor } = await signInForTokens(server, client, (await server.person()).email)
    const email = newEmail()
    const { page } = await authorize(server, client, { prompt: 'create', login_hint: email }, visitor)
    expect(page.html).to.include(`value="${email}"`)
    const check = await visitor.submit(page, '/signup', { email, username: '', name: '', password: PASSWORD })
    const end = await allow(visitor, await typeCode(visitor, check, codeIn(await server.mailTo(email))))
    expect(isDone(end)).to.equal(true)
  })

  it('sends at most 20 mails an hour to one address, whether or not it has an account', async () => {
    for (const email of [newEmail(), (await server.person()).email]) {
      const { visitor, page } = await authorize(server, client)
      const statuses = []
      for (let mails = 0; mails < 21; mails += 1)
        statuses.push((await visitor.send('POST', `${attemptOf(page)}/signup`, { email, password: PASSWORD })).status)
      expect(statuses).to.deep.equal([...Array<number>(20).fill(303), 429])
      await server.app.postbox.settled()
      expect(server.mailbox.to(email)).to.have.length(20)
    }
  })

  it('takes names in every script, in one line, and refuses one that is too long instead of cutting it', async () => {
    const name = `${'名'.repeat(150)} 🦊\r\n\u001b[31m of Ann`
    const { visitor, page, email, mail } = await register({ name })
    await typeCode(visitor, page, codeIn(mail))
    expect((await accountOf(email))!.profile.name).to.equal(`${'名'.repeat(150)} 🦊 [31m of Ann`)
    const { visitor: second, page: form } = await authorize(server, client)
    const long = await signUp(second, form, { email: newEmail(), name: '🦊'.repeat(101) })
    expect(long.status).to.equal(400)
    expect(wordsOf(long)).to.include('Use at most 200 characters')
  })
})

describe('an account whose address was never verified', () => {
  let server: TestServer
  let client: ClientView
  before(async () => {
    server = await startServer()
    client = await server.register('web')
  })
  after(() => server.close())

  it('gets a code at its first sign-in, one mail however often the page is opened, and is verified for good', async () => {
    const { email } = await server.person({ verified: false })
    const { visitor, page } = await authorize(server, client)
    const check = await signIn(visitor, page, email)
    expect(wordsOf(check)).to.include('Check your mail')
    await Promise.all([1, 2, 3].map(() => visitor.open(attemptOf(page))))
    await server.app.postbox.settled()
    expect(server.mailbox.to(email)).to.have.length(1)
    const code = codeIn(await server.mailTo(email))
    const end = await allow(visitor, await visitor.submit(check, '/verify', { code }))
    expect(answerOf(end)).to.have.property('code')
    await signInForTokens(server, client, email)
    expect(server.mailbox.to(email)).to.have.length(1)
  })

  it('can use the link in another browser, and goes on here', async () => {
    const { email } = await server.person({ verified: false })
    const { visitor, page } = await authorize(server, client)
    await signIn(visitor, page, email)
    const other = new Visitor(server.issuer)
    expect(wordsOf(await other.post(linkIn(await server.mailTo(email)), {}))).to.include('Address confirmed')
    expect(answerOf(await allow(visitor, await visitor.open(attemptOf(page))))).to.have.property('code')
  })

  it('is not verified by a code that was mailed to an address it has no more', async () => {
    const { id, email } = await server.person({ verified: false })
    const { visitor, page } = await authorize(server, client)
    const check = await signIn(visitor, page, email)
    const code = codeIn(await server.mailTo(email))
    await server.app.accounts.change(id, account => ({ ...account, email: `moved-${email}` }))
    const answer = await visitor.submit(check, '/verify', { code })
    expect(answer.status).to.equal(400)
    expect(wordsOf(answer)).to.include('no longer the one of your account')
    expect((await server.app.accounts.get(id))!.emailVerified).to.equal(false)
  })
})
