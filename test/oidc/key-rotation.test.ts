// Signing keys change while people sign in, and nobody notices.
import { expect } from 'chai'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { codeOf, redeem, signInForTokens } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const SECOND = 1000
const DAY = 24 * 3600 * SECOND

describe('key rotation', () => {
  let server: TestServer
  let client: ClientView
  let email: string
  let visitor: Visitor

  before(async () => {
    server = await startServer({ jobs: false })
    client = await server.register('web')
    email = (await server.person()).email
  })
  beforeEach(async () => {
    visitor = (await signInForTokens(server, client, email)).visitor
  })
  afterEach(async () => {
    resetClock()
    await server.app.refreshKeys()
  })
  after(() => server.close())

  const published = async () => (await (await fetch(`${server.issuer}/jwks`)).json()) as JSONWebKeySet
  const newIdToken = async (to = client, browser = visitor): Promise<string> => {
    const { page, codeVerifier } = await authorize(server, to, {}, browser)
    const { body } = await redeem(server, to, codeOf(page), codeVerifier)
    return body.id_token
  }
  const kidOf = (jwt: string) =>
    (JSON.parse(Buffer.from(jwt.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid
  const verify = async (jwt: string, keys: JSONWebKeySet) =>
    jwtVerify(jwt, createLocalJWKSet(keys), { issuer: server.issuer, currentDate: new Date(Date.now()) })

  it('publishes the next keys a minute before they sign, and the old ones go on being published', async () => {
    const before = await newIdToken()
    const old = await published()
    const made = await server.app.keys.rotate()
    await server.app.refreshKeys()
    const both = await published()
    expect(both.keys.map(({ kid }) => kid)).to.include.members([...made, ...old.keys.map(({ kid }) => kid)])

    moveClock(50 * SECOND)
    await server.app.refreshKeys()
    expect(made, 'too early to sign').to.not.include(kidOf(await newIdToken()))

    moveClock(11 * SECOND)
    await server.app.refreshKeys()
    const after = await newIdToken()
    expect(made).to.include(kidOf(after))
    // An app that fetched the keys before the change, and one that fetches them now, both verify both.
    for (const keys of [both, await published()]) for (const jwt of [before, after]) await verify(jwt, keys)
  })

  it('happens under load: each token verifies by the keys that were published when it was made', async () => {
    const tokens: { jwt: string; keys: JSONWebKeySet }[] = []
    const people = { comeIn: true }
    const load = Promise.all(
      Array.from({ length: 6 }, async () => {
        while (people.comeIn) tokens.push({ keys: await published(), jwt: await newIdToken() })
      }),
    )
    for (let rotations = 0; rotations < 3; rotations += 1) {
      await server.app.keys.rotate()
      // In steps that a code outlives, or those under way would run out.
      for (let steps = 0; steps < 4; steps += 1) {
        await server.app.refreshKeys()
        await newIdToken()
        moveClock(20 * SECOND)
      }
    }
    people.comeIn = false
    await load
    const last = await published()
    expect(new Set(tokens.map(({ jwt }) => kidOf(jwt))).size).to.be.greaterThan(2)
    for (const { jwt, keys } of tokens) {
      await verify(jwt, keys)
      await verify(jwt, last)
    }
  })

  it('signs by the algorithm that each client asked for, before and after', async () => {
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
      const app = await server.register('web', { id_token_signed_response_alg: alg, first_party: true })
      const before = await newIdToken(app)
      await server.app.keys.rotate()
      moveClock(61 * SECOND)
      await server.app.refreshKeys()
      const after = await newIdToken(app)
      expect(kidOf(after)).to.not.equal(kidOf(before))
      for (const jwt of [before, after])
        expect((await verify(jwt, await published())).protectedHeader.alg).to.equal(alg)
    }
  })

  it('leaves an id_token_hint of an old key good for as long as a session or refresh token may last', async () => {
    const hint = await newIdToken()
    await server.app.keys.rotate()
    moveClock(29 * DAY)
    await server.app.refreshKeys()
    const { visitor: later } = await signInForTokens(server, client, email)
    const { page } = await authorize(server, client, { prompt: 'none', id_token_hint: hint }, later)
    expect(answerOf(page)).to.have.property('code')
    const logout = await later.open(`/logout?id_token_hint=${hint}`)
    expect(logout.status).to.equal(200)
  })

  it('withdraws old keys in the end', async () => {
    const old = (await published()).keys.map(({ kid }) => kid)
    await server.app.keys.rotate()
    moveClock(400 * DAY)
    await server.app.refreshKeys()
    const now = (await published()).keys.map(({ kid }) => kid)
    expect(now).to.have.length(3)
    expect(now).to.not.have.members(old)
  })

  it('never publishes a private part', async () => {
    for (const key of (await published()).keys)
      expect(Object.keys(key)).to.not.include.oneOf(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
  })
})
