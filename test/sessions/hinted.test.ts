// A sign-in that was begun with an id_token_hint keeps to that person, without keeping the token.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { allow, codeOf, signIn, signInForTokens } from '../support/flow.ts'
import { everyDocument } from '../support/secrets.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf, type Visitor, type VisitedPage } from '../support/visitor.ts'

describe('a sign-in with an id_token_hint', () => {
  let server: TestServer
  let client: ClientView
  let person: { id: string; email: string }
  let hint: string
  let visitor: Visitor
  let page: VisitedPage

  before(async () => {
    server = await startServer()
    client = await server.register('web')
  })
  after(() => server.close())
  afterEach(resetClock)
  beforeEach(async () => {
    person = await server.person()
    const signedIn = await signInForTokens(server, client, person.email)
    visitor = signedIn.visitor
    hint = signedIn.tokens.id_token
    page = (await authorize(server, client, { id_token_hint: hint, prompt: 'login' }, visitor)).page
  })

  async function expectKeptTo(asked: VisitedPage): Promise<void> {
    const other = await server.person()
    const refused = await signIn(visitor, await visitor.submit(asked, '/switch'), other.email)
    expect(wordsOf(refused)).to.include('The app asked for another account')
    expect(codeOf(await allow(visitor, await signIn(visitor, refused, person.email)))).to.be.a('string')
  }

  it('lets that person in, and nobody else', () => expectKeptTo(page))

  it('does the same when it is begun anew from its stale page', async () => {
    moveClock(61 * 60_000)
    const stale = await visitor.open(page.url)
    expect(stale.status).to.equal(410)
    const restart = /href="(\/authorize\?[^"]+)"/.exec(stale.html)![1]!.replaceAll('&amp;', '&')
    expect(restart).to.not.include('id_token_hint')
    await expectKeptTo(await visitor.open(restart))
  })

  it('keeps the token nowhere', async () => {
    for (const [where, text] of await everyDocument(server.app.store))
      expect(text.includes(hint.split('.')[2]!), where).to.equal(false)
  })
})
