import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize, refresh } from '../support/endpoints.ts'
import { signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const BYE = 'http://127.0.0.1:9/bye'

describe('the sign-out page', () => {
  let server: TestServer
  let client: ClientView
  let other: ClientView

  before(async () => {
    server = await startServer()
    const about = { first_party: true, post_logout_redirect_uris: [BYE], client_uri: 'https://acme.example/' }
    client = await server.register('web', { ...about, client_name: 'Acme Notes' })
    other = await server.register('web', { ...about, client_name: 'Other' })
  })
  after(() => server.close())

  async function signedIn() {
    const account = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, account.email)
    await signInForTokens(server, other, account.email, { visitor })
    return { visitor, tokens, account }
  }
  const address = (params: Record<string, string>) => `/logout?${new URLSearchParams(params)}`
  async function isSignedIn(visitor: Visitor, app = client): Promise<boolean> {
    return 'code' in answerOf((await authorize(server, app, { prompt: 'none' }, visitor)).page)
  }

  it('asks first: nothing happens by a link alone, however often it is opened', async () => {
    const { visitor, tokens, account } = await signedIn()
    const page = await visitor.open(address({ id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE }))
    expect(wordsOf(page)).to.include('Sign out?').and.to.include('Acme Notes').and.to.include(account.email)
    expect(page.html).to.match(/<a [^>]*href="https:\/\/acme.example\/">Stay signed in/)
    expect((await visitor.open('/logout')).html).to.match(/<a [^>]*href="\/">Stay signed in/)
    await visitor.send('HEAD', address({ id_token_hint: tokens.id_token }))
    expect(await isSignedIn(visitor)).to.equal(true)
  })

  it('signs out of everything in this browser, and leads back to where the app registered', async () => {
    const { visitor, tokens } = await signedIn()
    const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE, state: 'kept' }
    const end = await visitor.submit(await visitor.open(address(params)), '/logout/confirm', { logout: 'yes' })
    expect(end.url.href).to.equal(`${BYE}?state=kept`)
    expect(await isSignedIn(visitor)).to.equal(false)
    expect(await isSignedIn(visitor, other)).to.equal(false)
  })

  it('leaves only this app', async () => {
    const { visitor, tokens } = await signedIn()
    const page = await visitor.open(address({ id_token_hint: tokens.id_token }))
    const end = await visitor.submit(page, '/logout/confirm')
    expect(wordsOf(end)).to.include('signed out').and.to.include('You have left Acme Notes')
    expect(end.html).to.include('href="https://acme.example/"')
    expect((await refresh(server, client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
    expect(await isSignedIn(visitor, other)).to.equal(true)
  })

  it('leaves the person’s other browsers as they are', async () => {
    const { visitor, tokens, account } = await signedIn()
    const elsewhere = await signInForTokens(server, client, account.email)
    const page = await visitor.open(address({ id_token_hint: tokens.id_token }))
    await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    expect(await isSignedIn(elsewhere.visitor)).to.equal(true)
  })

  it('without any parameter: signs out, and ends on a page of ours', async () => {
    const { visitor } = await signedIn()
    const end = await visitor.submit(await visitor.open('/logout'), '/logout/confirm', { logout: 'yes' })
    expect(wordsOf(end)).to.include('You are signed out')
    expect(await isSignedIn(visitor)).to.equal(false)
  })

  it('when nobody is signed in: leads on at once, and asks nothing', async () => {
    const visitor = new Visitor(server.issuer)
    expect(wordsOf(await visitor.open('/logout'))).to.include('You are signed out')
    const led = await visitor.open(address({ client_id: client.client_id, post_logout_redirect_uri: BYE, state: 's' }))
    expect(led.url.href).to.equal(`${BYE}?state=s`)
  })

  it('opened twice: the second button finds nobody, and is no error', async () => {
    const { visitor, tokens } = await signedIn()
    const page = await visitor.open(address({ id_token_hint: tokens.id_token }))
    await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    const again = await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    expect(again.status).to.be.below(500)
    expect(again.html).to.not.match(/\n\s+at /)
    expect(await isSignedIn(visitor)).to.equal(false)
  })

  describe('is not fooled by', () => {
    const hints: [what: string, of: (hint: string) => string][] = [
      ['a forged hint', hint => `${hint.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`],
      ['an unsigned hint', hint => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${hint.split('.')[1]}.`],
      ['no token at all', () => 'x'],
    ]
    for (const [what, of] of hints)
      it(what, async () => {
        const { visitor, tokens } = await signedIn()
        const page = await visitor.open(address({ id_token_hint: of(tokens.id_token), post_logout_redirect_uri: BYE }))
        expect(page.status).to.equal(400)
        expect(page.url.origin).to.equal(server.issuer)
        expect(wordsOf(page)).to.include('Trace id')
        expect(await isSignedIn(visitor)).to.equal(true)
      })

    it('a hint of another issuer', async () => {
      const elsewhere = await startServer()
      try {
        const { email } = await elsewhere.person()
        const { tokens } = await signInForTokens(elsewhere, await elsewhere.register('web'), email)
        const { visitor } = await signedIn()
        expect((await visitor.open(address({ id_token_hint: tokens.id_token }))).status).to.equal(400)
        expect(await isSignedIn(visitor)).to.equal(true)
      } finally {
        await elsewhere.close()
      }
    })

    it('a hint that names another app', async () => {
      const { visitor, tokens } = await signedIn()
      const params = { id_token_hint: tokens.id_token, client_id: other.client_id }
      expect((await visitor.open(address(params))).status).to.equal(400)
    })

    it('somebody else’s hint: shows who is signed in here, and asks', async () => {
      const [mine, theirs] = [await signedIn(), await signedIn()]
      const page = await mine.visitor.open(address({ id_token_hint: theirs.tokens.id_token }))
      expect(wordsOf(page)).to.include(mine.account.email).and.to.not.include(theirs.account.email)
      await mine.visitor.submit(page, '/logout/confirm', { logout: 'yes' })
      expect(await isSignedIn(theirs.visitor)).to.equal(true)
    })

    for (const suffix of ['/x', '.evil.example', '?x=1', '#x', '%2f', '@evil.example', '\\@evil.example', ' '])
      it(`a post_logout_redirect_uri with “${suffix}” at its end`, async () => {
        const { visitor, tokens } = await signedIn()
        const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE + suffix }
        const page = await visitor.open(address(params))
        expect(page.status).to.equal(400)
        expect(page.url.origin).to.equal(server.issuer)
        expect(await isSignedIn(visitor)).to.equal(true)
      })

    it('a post_logout_redirect_uri of nobody: stays here', async () => {
      const { visitor } = await signedIn()
      const page = await visitor.open(address({ post_logout_redirect_uri: 'https://evil.example/' }))
      const end = await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
      expect(end.url.origin).to.equal(server.issuer)
      const nobody = await new Visitor(server.issuer).open(
        address({ post_logout_redirect_uri: 'https://evil.example/' }),
      )
      expect(nobody.url.origin).to.equal(server.issuer)
    })

    it('a form that another site, or nobody’s page, sends', async () => {
      const { visitor, tokens } = await signedIn()
      const page = await visitor.open(address({ id_token_hint: tokens.id_token }))
      const foreign = { origin: 'https://evil.example' }
      const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.html)![1]!
      expect((await visitor.post('/logout/confirm', { xsrf, logout: 'yes' }, foreign)).status).to.equal(403)
      for (const guess of ['', 'x', xsrf.toUpperCase()])
        expect((await visitor.post('/logout/confirm', { xsrf: guess, logout: 'yes' })).status).to.be.within(400, 499)
      expect(await isSignedIn(visitor)).to.equal(true)
    })
  })
})
