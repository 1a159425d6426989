// Cookies that are not what we set, or not this browser's: nobody's session, and never a fault of ours.
import { expect } from 'chai'
import { sha256 } from '../../src/lib/ids.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { sessionDeclaration } from '../../src/oidc/store/records.ts'
import { authorization, signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const SESSION = 'latchkey_session'

interface Browser {
  visitor: Visitor
  value: string
  signature: string
  email: string
  /** What a page that knows this person shows. */
  name: string
}

describe('a session cookie', () => {
  let server: TestServer
  let client: ClientView
  let own: Browser
  let other: Browser

  before(async () => {
    server = await startServer()
    client = await server.register('web', { first_party: true })
    own = await signedIn()
    other = await signedIn()
  })
  after(() => server.close())

  async function signedIn(): Promise<Browser> {
    const { email } = await server.person()
    const { visitor } = await signInForTokens(server, client, email)
    return { visitor, ...cookiesOf(visitor), email, name: email.split('@')[0]! }
  }
  const cookiesOf = (visitor: Visitor) => ({
    value: visitor.cookie(SESSION)!,
    signature: visitor.cookie(`${SESSION}.sig`)!,
  })
  const pair = (value: string, signature: string) => `${SESSION}=${value}; ${SESSION}.sig=${signature}`

  const send = (path: string | URL, cookie: string, init: RequestInit = {}) =>
    fetch(new URL(path, server.issuer), { redirect: 'manual', ...init, headers: { cookie, accept: 'text/html' } })
  const silent = () => authorization(server, client, { prompt: 'none' }).url

  /** No session to the authorization endpoint, none to the sign-out page, and no fault anywhere. */
  async function expectNobody(cookie: string): Promise<void> {
    const asked = await send(silent(), cookie)
    const location = new URL(asked.headers.get('location') ?? '/none', server.issuer)
    expect(location.searchParams.get('error'), `${asked.status} ${location.href}`).to.equal('login_required')
    const login = await send(authorization(server, client).url, cookie)
    expect([login.status, login.headers.get('location')]).to.satisfy(
      ([status, to]: [number, string]) => status === 303 && to.startsWith('/signin/'),
    )
    for (const page of [
      await send('/logout', cookie),
      await send('/', cookie),
      await send('/signin/unknown', cookie),
    ]) {
      expect(page.status).to.be.below(500)
      expect(await page.text())
        .to.not.include(own.email)
        .and.to.not.include(other.email)
    }
    const confirmed = await send('/logout/confirm', cookie, {
      method: 'POST',
      body: new URLSearchParams({ logout: 'yes' }),
    })
    expect(confirmed.status).to.equal(400)
  }

  it('as we set it: this person’s session', async () => {
    const asked = await send(silent(), pair(own.value, own.signature))
    expect(new URL(asked.headers.get('location')!).searchParams.get('code')).to.be.a('string')
    expect(await (await send('/logout', pair(own.value, own.signature))).text()).to.include(own.name)
  })

  it('without its signature, or with one that is not its own: nobody’s', async () => {
    await expectNobody(`${SESSION}=${own.value}`)
    await expectNobody(`${SESSION}=${own.value}; ${SESSION}.sig=`)
    await expectNobody(pair(own.value, other.signature))
    await expectNobody(pair(other.value, own.signature))
    await expectNobody(pair(own.value, own.signature.toLowerCase()))
    await expectNobody(pair(own.value, 'A'.repeat(own.signature.length)))
    await expectNobody(pair(own.value, own.signature.slice(0, -1)))
  })

  it('that is forged: nobody’s', async () => {
    const uid = (await server.app.store.collection(sessionDeclaration).first({ cookieHash: sha256(own.value) }))!.id
    for (const value of [uid, sha256(own.value), 'guessed', `${own.value}x`, own.value.slice(1)])
      await expectNobody(pair(value, own.signature))
  })

  it('of hostile bytes, or far too long: nobody’s', async () => {
    for (const value of [
      '%00',
      '%E0%A4%A',
      '../../etc/passwd',
      '$ne',
      '{"$ne":1}',
      "' OR 1=1",
      '__proto__',
      'é',
      '=',
      ',',
      '',
    ])
      await expectNobody(pair(value, own.signature))
    await expectNobody(pair('a'.repeat(8000), own.signature))
    await expectNobody(Array.from({ length: 200 }, (_, i) => `c${i}=${i}`).join('; '))
    await expectNobody('; ;=; =x; latchkey_session; "')
  })

  it('that was renewed at a later sign-in: nobody’s', async () => {
    const person = await signedIn()
    await signInForTokens(server, client, person.email, { visitor: person.visitor })
    const { visitor } = person
    const page = await visitor.open(authorization(server, client, { prompt: 'login' }).url)
    await visitor.submit(page, '/prove/password', { password: 'seven green lanterns over the harbour' })
    expect(visitor.cookie(SESSION)).to.not.equal(person.value)
    await expectNobody(pair(person.value, person.signature))
  })

  it('of a session that was ended: nobody’s, and it does not come back', async () => {
    const { visitor, value, signature } = await signedIn()
    await visitor.submit(await visitor.open('/logout'), '/logout/confirm', { logout: 'yes' })
    await expectNobody(pair(value, signature))
    await expectNobody(pair(value, signature))
  })

  it('beside a planted one of its name, whichever comes first: neither is believed', async () => {
    const mine = pair(own.value, own.signature)
    const planted = pair(other.value, other.signature)
    await expectNobody(`${planted}; ${mine}`)
    await expectNobody(`${mine}; ${planted}`)
    await expectNobody(`${SESSION}=${other.value}; ${mine}`)
    await expectNobody(`${mine}; ${SESSION}=guessed`)
    await expectNobody(`${SESSION}.sig=${other.signature}; ${mine}`)
    await expectNobody(`${SESSION} =${other.value};${SESSION}.sig=${other.signature};${mine}`)
  })

  it('beside cookies of others: still this person’s', async () => {
    for (const cookie of [
      `a=1; ${pair(own.value, own.signature)}; b=2; b=3`,
      `  ${pair(own.value, own.signature)};;`,
    ]) {
      const asked = await send(silent(), cookie)
      expect(new URL(asked.headers.get('location')!).searchParams.get('code'), cookie).to.be.a('string')
    }
  })
})
