// A store that dies between an act and its entry: the entry is written first, so while none can be written nothing is done.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { Unavailable, type Collection, type Document, type Store } from '../../src/storage/port.ts'
import { authorize, introspect, revoke, userinfo } from '../support/endpoints.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { allow, authorization, codeOf, redeem, signIn, signInForTokens, type Answer } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { everyDocument } from '../support/secrets.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, type VisitedPage } from '../support/visitor.ts'

describe('while no entry can be written', () => {
  let server: TestServer
  let client: ClientView
  let person: { id: string; email: string }
  let auditFails = false

  before(async () => {
    server = await startServer({ wrapStore: failing })
    client = await server.register('web')
  })
  after(() => server.close())
  beforeEach(async () => {
    person = await server.person()
  })
  afterEach(() => {
    auditFails = false
    resetClock()
  })

  /** The store, whose audit cannot be written while `auditFails`. */
  function failing(store: Store): Store {
    return {
      ...store,
      ping: () => store.ping(),
      close: () => store.close(),
      collection: declaration => {
        const collection = store.collection(declaration)
        return declaration.name === 'audit' ? mute(collection) : collection
      },
    }
  }
  function mute<T extends Document>(collection: Collection<T>): Collection<T> {
    return new Proxy(collection, {
      get(target, verb) {
        const value = Reflect.get(target, verb) as (...args: unknown[]) => unknown
        return (...args: unknown[]) =>
          verb === 'insert' && auditFails
            ? Promise.reject(new Unavailable('the audit is away'))
            : value.apply(target, args)
      },
    })
  }

  /** Runs the act without an audit, which must be refused, and then again with it. */
  async function refusedThenDone<T>(act: () => Promise<T>, read: (answer: T) => number): Promise<T> {
    auditFails = true
    expect(read(await act())).to.equal(503)
    auditFails = false
    return act()
  }
  const refused = (act: Promise<unknown>) =>
    act.then(
      () => 'done',
      (error: Error) => error.name,
    )
  const signedIn = () => signInForTokens(server, client, person.email)
  const statusOf = ({ status }: { status: number }) => status
  const codeless = (page: VisitedPage) => {
    expect(page.url.href).to.not.include('code=')
    return page.status
  }
  const lives = async ({ tokens }: { tokens: Answer }) => (await userinfo(server, tokens.access_token)).status === 200

  it('nobody is signed in, and no session or its record is made', async () => {
    const { page, visitor } = await authorize(server, client)
    const asked = await visitor.submit(page, '/identify', { identifier: person.email })
    const consent = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
    const scope = ['openid', 'profile', 'email']
    auditFails = true
    codeless(await visitor.submit(consent, '/consent', { decision: 'allow', remember: 'yes', scope }))
    expect(await server.app.signIns.ofAccount(person.id, { limit: 1 })).to.deep.equal({ items: [] })
    const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(silent.url.searchParams.get('error')).to.equal('login_required')
    auditFails = false
    codeOf(await allow(visitor, await visitor.open(page.url)))
  })

  it('no session is recorded between the two: at the entry of the session itself', async () => {
    const { page, visitor } = await authorize(server, client)
    const asked = await visitor.submit(page, '/identify', { identifier: person.email })
    await visitor.submit(asked, '/prove/password', { password: PASSWORD })
    const response = await visitor.send('POST', `${page.url.pathname}/consent`, {
      decision: 'allow',
      scope: ['profile', 'email'],
    })
    auditFails = true
    const resumed = await visitor.send('GET', response.headers.get('location')!)
    expect(resumed.status).to.equal(503)
    auditFails = false
    const { page: silent } = await authorize(server, client, { prompt: 'none' }, visitor)
    expect(silent.url.searchParams.get('error')).to.equal('login_required')
    expect((await server.app.signIns.ofAccount(person.id, { limit: 1 })).items).to.deep.equal([])
    // The library saves the session also when the request has failed.
    for (const [where, text] of await everyDocument(server.app.store))
      if (where.startsWith('sessions ')) expect(text).to.not.include(person.id)
  })

  it('no consent is remembered', async () => {
    const { page, visitor } = await authorize(server, client)
    const consent = await signIn(visitor, page, person.email)
    const send = () => visitor.submit(consent, '/consent', { decision: 'allow', remember: 'yes', scope: ['profile'] })
    auditFails = true
    expect(statusOf(await send())).to.equal(503)
    auditFails = false
    const { page: again, visitor: elsewhere } = await authorize(server, client)
    expect((await signIn(elsewhere, again, person.email)).html).to.include('name="decision"')
  })

  it('nobody is signed out', async () => {
    const held = await signedIn()
    const signOut = async () =>
      held.visitor.submit(await held.visitor.open('/logout'), '/logout/confirm', { logout: 'everywhere' })
    auditFails = true
    expect(statusOf(await signOut())).to.equal(503)
    expect(await lives(held)).to.equal(true)
    auditFails = false
    await signOut()
    expect(await lives(held)).to.equal(false)
  })

  it('no session is ended from elsewhere', async () => {
    const held = await signedIn()
    const { id } = (await server.app.signIns.ofAccount(person.id, { limit: 1 })).items[0]!
    auditFails = true
    expect(await refused(server.app.sessions.end(id, 'revoked'))).to.equal('Unavailable')
    expect(await refused(server.app.sessions.endEverywhere(person.id, 'revoked'))).to.equal('Unavailable')
    expect(await lives(held)).to.equal(true)
  })

  it('no token is revoked', async () => {
    const { tokens } = await signedIn()
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      auditFails = true
      expect((await revoke(server, client, token)).status).to.equal(503)
      expect((await introspect(server, client, token)).body.active).to.equal(true)
    }
    auditFails = false
    expect((await revoke(server, client, tokens.refresh_token)).status).to.equal(200)
    expect((await introspect(server, client, tokens.access_token)).body.active).to.equal(false)
  })

  it('no grant is revoked by a code that comes again, and is when it comes once more', async () => {
    const visitor = new Visitor(server.issuer)
    const { url, codeVerifier } = authorization(server, client)
    const code = codeOf(await allow(visitor, await signIn(visitor, await visitor.open(url), person.email)))
    const { body } = await redeem(server, client, code, codeVerifier)
    const again = await refusedThenDone(
      () => redeem(server, client, code, codeVerifier),
      one => one.status,
    )
    expect(again.body.error).to.equal('invalid_grant')
    expect((await userinfo(server, body.access_token)).status).to.equal(401)
  })

  it('no tokens are given', async () => {
    const visitor = new Visitor(server.issuer)
    const { url, codeVerifier } = authorization(server, client)
    const code = codeOf(await allow(visitor, await signIn(visitor, await visitor.open(url), person.email)))
    auditFails = true
    const answer = await redeem(server, client, code, codeVerifier)
    expect(answer.status).to.equal(503)
    expect(answer.body).to.not.have.any.keys('access_token', 'refresh_token', 'id_token')
  })

  it('nobody is registered', async () => {
    const visitor = new Visitor(server.issuer)
    const { page } = await authorize(server, client, {}, visitor)
    const email = 'new@example.com'
    const form = await visitor.open(`${page.url.pathname}/signup`)
    const asked = await visitor.submit(form, '/signup', { email, password: PASSWORD })
    const code = codeIn(await server.mailTo(email))
    auditFails = true
    expect((await visitor.submit(asked, '/verify', { code })).status).to.equal(503)
    expect(await server.app.accounts.byIdentifier(email)).to.equal(undefined)
    auditFails = false
    // The address is proven, so the page goes on by itself.
    expect((await visitor.open(page.url)).status).to.equal(200)
    expect(await server.app.accounts.byIdentifier(email)).to.not.equal(undefined)
  })

  it('no app is made, changed or removed, and no keys', async () => {
    const before = await server.app.clients.show(client.client_id)
    const keys = await server.app.keys.list()
    auditFails = true
    const { clients } = server.app
    expect(
      await refused(clients.create('web', { client_id: 'never', redirect_uris: ['https://a.example/cb'] })),
    ).to.equal('Unavailable')
    expect(await refused(clients.update(client.client_id, { client_name: 'Other' }))).to.equal('Unavailable')
    expect(await refused(clients.rotateSecret(client.client_id))).to.equal('Unavailable')
    expect(await refused(clients.remove(client.client_id))).to.equal('Unavailable')
    moveClock(400 * 86_400_000)
    expect(await refused(server.app.jobs.find(({ name }) => name === 'rotate-keys')!.run())).to.equal('Unavailable')
    resetClock()
    auditFails = false
    expect(await clients.show(client.client_id)).to.deep.equal(before)
    expect(await refused(clients.show('never'))).to.equal('Refused')
    expect(await server.app.keys.list()).to.deep.equal(keys)
    await signedIn()
  })
})
