// The provider's cookies: what they are called, how far they go, and what happens when someone changes them.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { authorization, signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

describe('cookies', () => {
  let server: TestServer
  let client: ClientView

  before(async () => {
    server = await startServer()
    client = await server.register('web')
  })
  after(() => server.close())

  const setBy = async (url: string | URL) => (await fetch(url, { redirect: 'manual' })).headers.getSetCookie()

  it('of an http issuer have no prefix, and are for us and HTTP alone', async () => {
    const cookies = [
      ...(await setBy(authorization(server, client).url)),
      ...(await setBy(new URL('/logout', server.issuer))),
    ]
    expect(cookies.map(cookie => cookie.split('=')[0])).to.include.members([
      'latchkey_signin',
      'latchkey_signin.sig',
      'latchkey_resume',
      'latchkey_session',
      'latchkey_session.sig',
    ])
    for (const cookie of cookies)
      expect(cookie)
        .to.match(/; ?httponly/i)
        .and.to.match(/; ?samesite=lax/i)
        .and.to.not.match(/; ?domain=/i)
  })

  it('of an https issuer are secure, with the prefix that their path lets them have', async () => {
    const secure = await startServer({ env: { LATCHKEY_ISSUER: 'https://id.example' } })
    try {
      const app = await secure.register('web')
      const cookies = [
        ...(await setBy(authorization(secure, app).url)),
        ...(await setBy(new URL('/logout', secure.issuer))),
      ]
      const names = cookies.map(cookie => cookie.split('=')[0])
      expect(names).to.include.members(['__Secure-latchkey_signin', '__Secure-latchkey_resume'])
      expect(names).to.include.members(['__Host-latchkey_session', '__Host-latchkey_session.sig'])
      for (const cookie of cookies) expect(cookie).to.match(/; ?secure/i)
      for (const cookie of cookies.filter(one => one.startsWith('__Host-')))
        expect(cookie)
          .to.match(/; ?path=\/(;|$)/i)
          .and.to.not.match(/; ?domain=/i)
    } finally {
      await secure.close()
    }
  })

  it('of a session that was not asked to be remembered end with the browser', async () => {
    const { email } = await server.person()
    const { visitor } = await signInForTokens(server, client, email)
    const response = await visitor.send('GET', authorization(server, client, { prompt: 'none' }).url)
    const session = response.headers.getSetCookie().find(cookie => cookie.startsWith('latchkey_session='))
    expect(session)
      .to.be.a('string')
      .and.to.not.match(/expires|max-age/i)
  })

  it('with a wrong signature, another’s signature or none are nobody’s', async () => {
    const people = [await server.person(), await server.person()]
    const [one, other] = await Promise.all(people.map(({ email }) => signInForTokens(server, client, email)))
    const value = one!.visitor.cookie('latchkey_session')!
    const signature = one!.visitor.cookie('latchkey_session.sig')!
    const wrong: [string, string][] = [
      [value, signature.replace(/^./, first => (first === 'A' ? 'B' : 'A'))],
      [value, other!.visitor.cookie('latchkey_session.sig')!],
      [value, ''],
      [`${value}x`, signature],
      [other!.visitor.cookie('latchkey_session')!, signature],
    ]
    for (const [session, sig] of wrong) {
      const forger = new Visitor(server.issuer)
      forger.setCookie('latchkey_session', session)
      if (sig) forger.setCookie('latchkey_session.sig', sig)
      const { page } = await authorize(server, client, { prompt: 'none' }, forger)
      expect(answerOf(page).error).to.equal('login_required')
    }
  })

  it('go on being good when a new secret is put before the one that signed them', async () => {
    const { email } = await server.person()
    const { visitor } = await signInForTokens(server, client, email)
    const secrets = `${'n'.repeat(40)},${server.env.LATCHKEY_SECRETS}`
    const store = `sqlite:${server.env.LATCHKEY_DATA_DIR}/latchkey.db`
    const renewed = await startServer({ store, env: { LATCHKEY_SECRETS: secrets, LATCHKEY_ISSUER: server.issuer } })
    try {
      const at = { issuer: `http://localhost:${renewed.port}` }
      const { page } = await authorize(at, client, { prompt: 'none' }, visitor)
      expect(answerOf(page)).to.have.property('code')
    } finally {
      await renewed.close()
    }
  })
})
