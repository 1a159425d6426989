// attacks.md: enumerate by time -> dummy argon2, queued mail; 1,000 samples indistinguishable.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { onlyCredentialId } from '../../src/core/credentials.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { attemptOf } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import type { Fields, Visitor } from '../support/visitor.ts'
import { rankTest, type RankTest } from './rank.ts'

/** Of each side. What is made of the same parts as another, and the second store, have fewer unless `TIMING=full`. */
const SAMPLES = 1000
const FEWER = process.env.TIMING === 'full' ? SAMPLES : 300
/** So unlikely by luck, a second time in the same direction is one in two million. */
const UNLIKELY = 0.001

interface Way {
  path: string
  fields(name: string): Fields
  /** Whether the name is given by a form before it. */
  named: boolean
  /** Whether what it is made of is measured with another. */
  alike?: true
}

/** Every form whose answer may not tell whether there is such an account. */
const ways: Record<string, Way> = {
  'sign-in name': { path: '/identify', fields: identifier => ({ identifier }), named: false },
  reset: { path: '/recover', fields: identifier => ({ identifier }), named: false },
  'forgotten name': { path: '/recover/names', fields: email => ({ email }), named: false, alike: true },
  'magic link': { path: '/prove/magic-link/challenge', fields: () => ({}), named: true },
  'mailed code': { path: '/prove/email-code/challenge', fields: () => ({}), named: true, alike: true },
  login: { path: '/prove/password', fields: () => ({ password: 'a wrong one' }), named: true },
  'sign-up': {
    path: '/signup',
    fields: email => ({ email, username: '', name: '', password: PASSWORD }),
    named: false,
  },
}

type Times = Record<'known' | 'nobody', number[]>

describe('attacks by time', () => {
  eachEngine((engine, openUrl) => {
    let server: TestServer
    let client: ClientView
    let known: string[]
    // The same in each test, as those that are known: a name that was counted before is found by another way than a new one.
    const nobody = Array.from({ length: SAMPLES }, newName)

    before(async () => {
      const env = {
        LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
        // So many failures would have the browser work before each try, and so many mails would be too many.
        LATCHKEY_GLOBAL_FAILURES: '1000000',
        LATCHKEY_LIMITS: 'mail.budget=1000000/1h',
      }
      server = await startServer({ store: await openUrl(), env })
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
    /** Of a network that was not seen before: what one network may ask for is limited. */
    const address = () => ({ 'x-forwarded-for': `10.${(count += 1) >> 8}.${count & 255}.1` })

    /**
     * Milliseconds of each answer, and of the page that is asked for right behind it. The order is by chance, so that what
     * one leaves to be done after it is paid by either kind.
     */
    async function measure(way: Way, samples: number): Promise<{ answer: Times; next: Times }> {
      const { visitor, page } = await authorize(server, client)
      const at = attemptOf(page)
      const [answer, next] = [timesOfNone(), timesOfNone()]
      const all = [
        ...known.slice(0, samples).map(name => ({ name, of: 'known' as const })),
        ...nobody.slice(0, samples).map(name => ({ name, of: 'nobody' as const })),
      ]
      for (const { name, of } of shuffled(all)) {
        const headers = address()
        if (way.named) await timed(visitor, 'POST', `${at}/identify`, { identifier: name }, headers)
        const { took, status } = await timed(visitor, 'POST', at + way.path, way.fields(name), headers)
        expect(status).to.be.oneOf([200, 303, 400])
        answer[of].push(took)
        next[of].push((await timed(visitor, 'GET', at, undefined, headers)).took)
      }
      return { answer, next }
    }

    for (const [name, way] of Object.entries(ways)) {
      it(`enumerate by time: ${name} -> indistinguishable`, async function () {
        this.timeout(10 * 60_000)
        const first = await tested(name, way)
        const told = Object.keys(first).filter(what => first[what]!.p < UNLIKELY)
        if (told.length === 0) return
        const again = await tested(name, way)
        for (const what of told) {
          const { p, isFirstHigher } = again[what]!
          const tellsTheSame = p < UNLIKELY && isFirstHigher === first[what]!.isFirstHigher
          expect(tellsTheSame, `the time of ${what} tells who has an account`).to.equal(false)
        }
      })
    }

    async function tested(name: string, way: Way): Promise<Record<string, RankTest>> {
      const samples = way.alike || engine !== 'sqlite' ? FEWER : SAMPLES
      const { answer, next } = await measure(way, samples)
      const tests = { answer: rankTest(answer.known, answer.nobody), next: rankTest(next.known, next.nobody) }
      const words = Object.entries(tests).map(([what, { p }]) => `${what} p = ${p.toFixed(4)}`)
      process.stdout.write(`        ${name}: ${samples} samples a side, ${words.join(', ')}\n`)
      return tests
    }
  })
})

function newName(): string {
  return `${randomBytes(8).toString('hex')}@example.com`
}

function timesOfNone(): Times {
  return { known: [], nobody: [] }
}

function shuffled<T>(all: T[]): T[] {
  return all
    .map(one => ({ one, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one)
}

async function timed(
  visitor: Visitor,
  method: string,
  path: string,
  fields: Fields | undefined,
  headers: Record<string, string>,
): Promise<{ took: number; status: number }> {
  const begun = performance.now()
  const response = await visitor.send(method, path, fields, headers)
  await response.arrayBuffer()
  return { took: performance.now() - begun, status: response.status }
}

describe('the rank test', () => {
  it('tells samples apart that differ, and takes for alike what does not', () => {
    const near = (shift: number) => Array.from({ length: 1000 }, (_, at) => ((at * 7919) % 1000) / 1000 + shift)
    expect(rankTest(near(0), near(0)).p).to.be.above(0.9)
    expect(rankTest(near(0), near(0.05)).p).to.be.below(0.001)
    expect(rankTest(near(0), near(0.05)).isFirstHigher).to.equal(false)
    expect(rankTest(near(0.05), near(0)).isFirstHigher).to.equal(true)
    // From tables: two samples of ten with no overlap.
    const ten = Array.from({ length: 10 }, (_, at) => at)
    const above = ten.map(value => value + 100)
    expect(rankTest(ten, above).p).to.be.closeTo(0.00018, 0.00003)
  })
})
