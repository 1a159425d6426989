// Behind a proxy that speaks https: cookies, addresses and the client's own address.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorization, codeOf, redeem, signIn, allow } from '../support/flow.ts'
import { RoutedVisitor } from '../support/routed-visitor.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Fields } from '../support/visitor.ts'

const ISSUER = 'https://id.example.test'
const CLIENT = '203.0.113.7'

interface SetCookie {
  name: string
  value: string
  attributes: Record<string, string>
}

/** A browser behind the proxy, which keeps every cookie that it was told to set, as it was told. */
class Watched extends RoutedVisitor {
  readonly set: SetCookie[] = []
  readonly locations: string[] = []

  override async send(
    method: string,
    address: string | URL,
    body?: Fields | string | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const forwarded = { 'x-forwarded-for': CLIENT, 'x-forwarded-proto': 'https', ...headers }
    const response = await super.send(method, address, body, forwarded)
    this.set.push(...response.headers.getSetCookie().map(parse))
    const location = response.headers.get('location')
    if (location) this.locations.push(location)
    return response
  }
}

function parse(header: string): SetCookie {
  const [pair = '', ...rest] = header.split('; ')
  const attributes = rest.map(one => [one.split('=')[0]!.toLowerCase(), one.split('=')[1] ?? ''] as const)
  return {
    name: pair.slice(0, pair.indexOf('=')),
    value: pair.slice(pair.indexOf('=') + 1),
    attributes: Object.fromEntries(attributes),
  }
}

describe('behind a proxy on https', () => {
  let server: TestServer
  let client: ClientView
  let person: { id: string; email: string }
  let visitor: Watched

  before(async () => {
    const env = { LATCHKEY_ENV: 'staging', LATCHKEY_ISSUER: ISSUER, LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8, ::1' }
    server = await startServer({ env: { ...env, LATCHKEY_ALLOW_NETWORKS: '127.0.0.0/8' } })
    client = await server.register('web')
    person = await server.person()
    visitor = new Watched(ISSUER, () => `http://localhost:${server.port}`)
    const { url, codeVerifier } = authorization({ issuer: ISSUER }, client)
    const end = await allow(visitor, await signIn(visitor, await visitor.open(url), person.email))
    const { status } = await redeem({ issuer: `http://localhost:${server.port}` }, client, codeOf(end), codeVerifier)
    expect(status).to.equal(200)
    // The calls that the console makes to its own issuer have nowhere to go by the network.
    const account = await visitor.open('/account')
    expect([account.status, account.url.href]).to.deep.equal([200, `${ISSUER}/account/security`])
    await visitor.submit(await visitor.open('/logout'), '/logout/confirm', { logout: 'yes' })
  })
  after(() => server.close())

  it('sets cookies that a browser keeps to this host and to https, out of reach of scripts', () => {
    const names = new Set(visitor.set.map(({ name }) => name))
    const expected = [
      '__Host-latchkey_session',
      '__Host-latchkey_device',
      '__Host-latchkey_used',
      '__Secure-latchkey_signin',
      '__Secure-latchkey_resume',
    ]
    const console = ['__Host-latchkey_account', '__Host-latchkey_account_signin', '__Host-latchkey_account_signin.sig']
    expect([...names]).to.have.members([...expected.flatMap(name => [name, `${name}.sig`]), ...console])
    for (const { name, attributes } of visitor.set) {
      expect(attributes, name).to.include({ secure: '', httponly: '' })
      expect(attributes.samesite, name).to.match(/^lax$/i)
      expect(attributes, name).to.not.have.property('domain')
      if (name.startsWith('__Host-')) expect(attributes.path, name).to.equal('/')
      else expect(attributes.path, name).to.match(/^\/(signin|authorize)\/[\w-]+$/)
    }
  })

  it('lets a session’s cookie end with the browser, and a device’s after half a year', () => {
    const kept = visitor.set.filter(({ attributes }) => !(Date.parse(attributes.expires ?? '') < Date.now()))
    for (const { name, attributes } of kept.filter(one => /_(session|account)/.test(one.name)))
      expect(attributes, name).to.not.have.any.keys('expires', 'max-age')
    const device = kept.find(({ name }) => name === '__Host-latchkey_device')!
    expect(Date.parse(device.attributes.expires!) - Date.now()).to.be.closeTo(180 * 86_400_000, 60_000)
  })

  it('takes every cookie of a sign-out back', () => {
    const last = new Map(visitor.set.map(cookie => [cookie.name, cookie]))
    expect(last.get('__Host-latchkey_session')!.value).to.equal('')
    expect(visitor.cookie('__Host-latchkey_session')).to.equal(undefined)
  })

  it('sends nobody to http', () => {
    expect(visitor.locations.length).to.be.above(4)
    for (const location of visitor.locations)
      expect(location).to.match(/^(\/|https:\/\/id\.example\.test\/|http:\/\/127\.0\.0\.1:9\/callback\?)/)
  })

  it('knows the client’s own address from a trusted proxy', async () => {
    const { items } = await server.app.events.ofAccount(person.id, { limit: 50 })
    expect(items.length).to.be.above(3)
    for (const { type, address } of items.filter(one => one.type !== 'token.issued'))
      expect(address, type).to.equal(CLIENT)
  })
})
