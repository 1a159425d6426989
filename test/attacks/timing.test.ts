// attacks.md: enumerate by time -> dummy argon2, queued mail; samples indistinguishable.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { onlyCredentialId } from '../../src/core/credentials.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize } from '../support/endpoints.ts'
import { attemptOf } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import type { Fields, Visitor } from '../support/visitor.ts'
import { rankTest } from './rank.ts'

/** Of each side: 1,000 by `TIMING=full`. Where a password is hashed each one takes long, so that fewer must do. */
const isFull = process.env.TIMING === 'full'
const SAMPLES = isFull ? 1000 : 300
const HASHED = isFull ? SAMPLES : 150
/** One run in ten thousand may come out below by luck. */
const UNLIKELY = 0.0001

describe('attacks by time', () => {
  let server: TestServer
  let client: ClientView
  let known: string[]

  before(async function () {
    this.timeout(120_000)
    server = await startServer({ env: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1' } })
    client = await server.register('web', { first_party: true })
    const { accounts, credentials, hasher } = server.app.methodServices
    const hash = await hasher.hash(PASSWORD)
    known = Array.from({ length: SAMPLES }, newName)
    for (const email of known) {
      const { id: accountId } = await accounts.create({ email, emailVerified: true })
      const id = onlyCredentialId('password', accountId)
      const data = { hash, chosenAt: Date.now() }
      await credentials.insert({ id, accountId, method: 'password', data, createdAt: 0, updatedAt: 0 })
    }
  })
  after(() => server?.close())

  let count = 0
  const newName = () => `${randomBytes(8).toString('hex')}@example.com`
  /** Of a network that was not seen before: what one network may ask for is limited. */
  const address = () => ({ 'x-forwarded-for': `10.${(count += 1) >> 8}.${count & 255}.1` })

  interface Way {
    path: string
    fields(name: string): Fields
    /** Whether the name is given by a form before it. */
    named: boolean
  }

  /** Milliseconds of each answer. The order is by chance, so that what one leaves to be done after it is paid by either kind. */
  async function measure(way: Way, samples: number): Promise<Record<'known' | 'nobody', number[]>> {
    const { visitor, page } = await authorize(server, client)
    const at = attemptOf(page)
    const times: Record<'known' | 'nobody', number[]> = { known: [], nobody: [] }
    const order = known.slice(0, samples).map(name => ({ name, of: 'known' as const }))
    const all = [...order, ...order.map(() => ({ name: newName(), of: 'nobody' as const }))]
      .map(one => ({ ...one, place: Math.random() }))
      .toSorted((one, other) => one.place - other.place)
    for (const { name, of } of all) {
      const headers = address()
      if (way.named) await read(visitor, `${at}/identify`, { identifier: name }, headers)
      const begun = performance.now()
      const status = await read(visitor, at + way.path, way.fields(name), headers)
      times[of].push(performance.now() - begun)
      expect(status).to.be.oneOf([303, 400])
    }
    return times
  }

  async function read(visitor: Visitor, path: string, fields: Fields, headers: Record<string, string>) {
    const response = await visitor.send('POST', path, fields, headers)
    await response.arrayBuffer()
    return response.status
  }

  const ways: Record<string, Way & { samples: number }> = {
    reset: { path: '/recover', fields: identifier => ({ identifier }), named: false, samples: SAMPLES },
    'magic link': { path: '/prove/magic-link/challenge', fields: () => ({}), named: true, samples: SAMPLES },
    login: { path: '/prove/password', fields: () => ({ password: 'a wrong one' }), named: true, samples: HASHED },
    'sign-up': {
      path: '/signup',
      fields: email => ({ email, username: '', name: '', password: PASSWORD }),
      named: false,
      samples: HASHED,
    },
  }

  for (const [name, way] of Object.entries(ways)) {
    it(`enumerate by time: ${name} -> indistinguishable`, async function () {
      this.timeout(20 * 60_000)
      const times = await measure(way, way.samples)
      const p = rankTest(times.known, times.nobody)
      process.stdout.write(`        ${name}: ${way.samples} samples a side, p = ${p.toFixed(4)}\n`)
      expect(p).to.be.above(UNLIKELY)
    })
  }
})

describe('the rank test', () => {
  it('tells samples apart that differ, and takes for alike what does not', () => {
    const near = (shift: number) => Array.from({ length: 1000 }, (_, at) => ((at * 7919) % 1000) / 1000 + shift)
    expect(rankTest(near(0), near(0))).to.be.above(0.9)
    expect(rankTest(near(0), near(0.05))).to.be.below(0.001)
    // From tables: two samples of ten with no overlap.
    const ten = Array.from({ length: 10 }, (_, at) => at)
    expect(
      rankTest(
        ten,
        ten.map(value => value + 100),
      ),
    ).to.be.closeTo(0.00018, 0.00003)
  })
})
