// What a browser has to compute before a password is looked at, a registration taken or a mail to get back in sent.
import { expect } from 'chai'
import { solveChallenge, type Challenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { rules } from '../../src/core/limits/rules.ts'
import type { Settings } from '../../src/core/policy/settings.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { attemptOf, authorization } from '../support/flow.ts'
import { addPasskey, usePasskey } from '../support/passkeys.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'

const ATTRIBUTE = /data-work="([^"]+)"/

describe('work that is asked of a browser', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let client: ClientView

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
    })
    beforeEach(() => set({ proofOfWork: 'always' }))
    afterEach(async () => {
      resetClock()
      await set({ proofOfWork: undefined })
    })
    after(() => server.close())

    const set = async (settings: Settings) => {
      await server.app.policies.set({ kind: 'everyone' }, settings, 'test')
    }
    const asks = ({ html }: VisitedPage) => ATTRIBUTE.test(html)
    /** As views/assets/work.js does it. */
    async function workedOut({ html }: VisitedPage): Promise<string> {
      const challenge = JSON.parse(
        ATTRIBUTE.exec(html)![1]!.replaceAll('&#34;', '"').replaceAll('&quot;', '"'),
      ) as Challenge
      const solution = await solveChallenge({ challenge, deriveKey })
      return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
    }
    async function named(email: string) {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(authorization(server, client).url)
      return { visitor, page: await visitor.submit(page, '/identify', { identifier: email }) }
    }
    const work = async (visitor: Visitor, page: VisitedPage) =>
      visitor.submit(page, '/work', { work: await workedOut(page) })

    it('comes before the password, once for each try', async () => {
      const { email } = await server.person()
      const { visitor, page } = await named(email)
      expect(asks(page), wordsOf(page)).to.equal(true)
      const asked = await work(visitor, page)
      const wrong = await visitor.submit(asked, '/prove/password', { password: 'a guess' })
      expect(wrong.status).to.equal(400)
      const again = await visitor.open(attemptOf(page))
      expect(asks(again)).to.equal(true)
      const end = await visitor.submit(await work(visitor, again), '/prove/password', { password: PASSWORD })
      expect(answerOf(end)).to.have.property('code')
    })

    it('is not asked of a passkey, which finds out by itself who it is', async () => {
      const key = await addPasskey(server, await server.person())
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(authorization(server, client).url)
      expect(answerOf(await usePasskey(visitor, page, key))).to.have.property('code')
    })

    it('pays for one of 50 parallel tries', async () => {
      const { email } = await server.person()
      const { visitor, page } = await named(email)
      await work(visitor, page)
      const at = `${attemptOf(page)}/prove/password`
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, racer) => visitor.send('POST', at, { password: `guess ${racer}` })),
      )
      expect(answers.filter(({ status }) => status === 400)).to.have.length(1)
      expect(answers.filter(({ status }) => status === 409)).to.have.length(49)
    })

    it('counts for its own attempt, once, and for 10 minutes', async () => {
      const { email } = await server.person()
      const [one, other] = [await named(email), await named(email)]
      const solution = await workedOut(one.page)
      const foreign = await other.visitor.submit(other.page, '/work', { work: solution })
      expect([foreign.status, asks(foreign)]).to.deep.equal([400, true])
      const asked = await one.visitor.submit(one.page, '/work', { work: solution })
      await one.visitor.submit(asked, '/prove/password', { password: 'a guess' })
      expect(asks(await one.visitor.submit(one.page, '/work', { work: solution }))).to.equal(true)
      const late = await workedOut(other.page)
      moveClock(601_000)
      expect((await other.visitor.submit(other.page, '/work', { work: late })).status).to.equal(400)
    })

    it('is not done in advance and sent round and round: each piece is for its turn', async () => {
      const { email } = await server.person()
      const { visitor, page } = await named(email)
      const at = attemptOf(page)
      const pages = await Promise.all(Array.from({ length: 3 }, () => visitor.open(at)))
      const first = await Promise.all(pages.map(workedOut))
      const guess = () => visitor.send('POST', `${at}/prove/password`, { password: 'a guess' })
      const statuses: number[] = []
      for (const solution of [...first, ...first]) {
        await visitor.post(`${at}/work`, { work: solution })
        statuses.push((await guess()).status)
      }
      expect(statuses).to.deep.equal([400, 409, 409, 409, 409, 409])
      await visitor.post(`${at}/work`, { work: await workedOut(await visitor.open(at)) })
      expect((await guess()).status).to.equal(400)
    })

    it('is not spared by posting past it, nor by what only looks like it', async () => {
      const { email } = await server.person()
      const { visitor, page } = await named(email)
      const at = attemptOf(page)
      expect((await visitor.post(`${at}/prove/password`, { password: PASSWORD })).status).to.equal(409)
      expect((await visitor.post(`${at}/recover`, { identifier: email })).status).to.equal(409)
      expect((await visitor.post(`${at}/recover/names`, { email })).status).to.equal(409)
      const form = { email: 'new@example.com', password: 'nine yellow kites above the valley' }
      expect((await visitor.post(`${at}/signup`, form)).status).to.equal(409)
      const challenge = {
        parameters: { algorithm: 'PBKDF2/SHA-256', cost: 5000, data: { attempt: at.split('/').at(-1) } },
      }
      const unsigned = Buffer.from(JSON.stringify({ challenge, solution: { counter: 1, derivedKey: '00' } })).toString(
        'base64',
      )
      const bare = Buffer.from(JSON.stringify({ challenge: null })).toString('base64')
      for (const made of ['', 'x', '{}', unsigned, bare, 'A'.repeat(10_000)])
        expect((await visitor.post(`${at}/work`, { work: made })).status, made.slice(0, 20)).to.equal(400)
    })

    it('comes before a registration, and a mail to get back in, and leads on to them', async () => {
      for (const name of ['signup', 'recover', 'recover/names']) {
        const visitor = new Visitor(server.issuer)
        const first = await visitor.open(authorization(server, client).url)
        const asked = await visitor.open(`${attemptOf(first)}/${name}`)
        expect(asks(asked), name).to.equal(true)
        const page = await work(visitor, asked)
        expect(page.url.pathname.endsWith(`/${name}`), page.url.href).to.equal(true)
        expect(asks(page)).to.equal(false)
      }
    })

    it('is asked for while everyone together sends many wrong passwords, and no longer', async () => {
      await set({ proofOfWork: 'under-attack' })
      const { email } = await server.person()
      moveClock(6000)
      expect(asks((await named(email)).page)).to.equal(false)
      const { limits } = server.app.methodServices
      for (let tries = 0; tries < 1000; tries += 100)
        await Promise.all(Array.from({ length: 100 }, () => limits.count(rules.passwordEveryone, 'all')))
      moveClock(12_000)
      expect(asks((await named(email)).page)).to.equal(true)
      moveClock(400_000)
      expect(asks((await named(email)).page)).to.equal(false)
    })
  })
})
