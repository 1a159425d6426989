// The SignIn record beside the provider's session: who, where, by what, which apps, until when; and how it ends.
import { expect } from 'chai'
import type { SignIn } from '../../src/core/sessions/signins.ts'
import { sha256 } from '../../src/lib/ids.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { sessionDeclaration } from '../../src/oidc/store/records.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { countCalls, type CountedStore } from '../support/count-calls.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { allow, authorization, codeOf, signIn } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('the record of a sign-in', () => {
  let server: TestServer
  let counted: CountedStore
  let client: ClientView
  let person: { id: string; email: string }

  before(async () => {
    server = await startServer({ wrapStore: store => (counted = countCalls(store)).store })
    client = await server.register('web', { first_party: true })
  })
  after(() => server.close())
  beforeEach(async () => {
    person = await server.person()
  })
  afterEach(async () => {
    resetClock()
    await server.app.policies.set({ kind: 'everyone' }, {}, 'test')
  })

  async function signedIn(remember = false): Promise<Visitor> {
    const visitor = new Visitor(server.issuer)
    const page = await visitor.open(authorization(server, client).url)
    codeOf(await allow(visitor, await signIn(visitor, page, person.email, PASSWORD, remember)))
    return visitor
  }
  async function recordsOf(): Promise<SignIn[]> {
    return (await server.app.signIns.ofAccount(person.id, { limit: 10 })).items
  }
  async function silently(visitor: Visitor, to = client): Promise<string> {
    const { page } = await authorize(server, to, { prompt: 'none' }, visitor)
    return answerOf(page).error ?? 'code'
  }
  const sessionOf = (visitor: Visitor) =>
    server.app.store.collection(sessionDeclaration).first({ cookieHash: sha256(visitor.cookie('latchkey_session')!) })
  const expired = async () =>
    (await server.app.events.ofAccount(person.id, { limit: 100 })).items.filter(one => one.type === 'session.expired')
  const endSignIns = () => server.app.jobs.find(({ name }) => name === 'end-sign-ins')!.run()

  it('says who, where, by what and until when, under the session’s uid', async () => {
    const before = Date.now()
    const visitor = new Visitor(server.issuer)
    let page = await visitor.open(authorization(server, client).url)
    page = await visitor.submit(page, '/identify', { identifier: person.email })
    await visitor.submit(page, '/prove/password', { password: PASSWORD })
    const [record] = await recordsOf()
    expect(record).to.deep.include({
      id: (await sessionOf(visitor))!.id,
      accountId: person.id,
      clientIds: [client.client_id],
      deviceId: `${sha256(visitor.cookie('latchkey_device')!)}:${person.id}`,
      remembered: false,
    })
    expect(record!.address).to.match(/^(127\.0\.0\.1|::1)$/)
    expect(record!.userAgent).to.be.a('string').with.length.above(0)
    expect(record!.proofs.map(({ method, amr }) => [method, amr])).to.deep.equal([['password', ['pwd']]])
    expect(record!.createdAt).to.be.within(before, Date.now()).and.to.equal(record!.lastSeenAt)
    expect(record!.endsAt - record!.createdAt).to.equal(2 * HOUR)
  })

  it('is found by its account, one for each browser', async () => {
    const visitors = [await signedIn(), await signedIn()]
    const uids = await Promise.all(visitors.map(async visitor => (await sessionOf(visitor))!.id))
    expect((await recordsOf()).map(({ id }) => id)).to.have.members(uids)
  })

  it('notes that the session was seen at most once a minute', async () => {
    const visitor = await signedIn()
    const writes = () => counted.calls.get('signIns.update') ?? 0
    counted.reset()
    for (let second = 0; second < 50; second += 10) {
      moveClock(10_000)
      expect(await silently(visitor)).to.equal('code')
    }
    expect(writes()).to.equal(0)
    moveClock(15_000)
    for (let times = 0; times < 5; times += 1) expect(await silently(visitor)).to.equal('code')
    expect(writes()).to.equal(1)
    const [record] = await recordsOf()
    expect(record!.lastSeenAt - record!.createdAt).to.be.within(65_000, 80_000)
    expect(record!.endsAt - record!.lastSeenAt).to.be.closeTo(2 * HOUR, 100)
  })

  it('notes each app that the session reaches, at once and once', async () => {
    const visitor = await signedIn()
    const other = await server.register('web', { first_party: true })
    counted.reset()
    for (let times = 0; times < 3; times += 1) expect(await silently(visitor, other)).to.equal('code')
    expect(counted.calls.get('signIns.update')).to.equal(1)
    expect((await recordsOf())[0]!.clientIds).to.deep.equal([client.client_id, other.client_id])
  })

  it('goes on at a step-up, under a new cookie: the old one is nobody’s', async () => {
    const visitor = await signedIn()
    const before = await sessionOf(visitor)
    const names = ['latchkey_session', 'latchkey_session.sig'] as const
    const old = names.map(name => visitor.cookie(name)!)
    moveClock(5 * MINUTE)
    const { page } = await authorize(server, client, { prompt: 'login' }, visitor)
    codeOf(await visitor.submit(page, '/prove/password', { password: PASSWORD }))

    expect(visitor.cookie('latchkey_session')).to.not.equal(old[0])
    expect((await sessionOf(visitor))!.id).to.equal(before!.id)
    const records = await recordsOf()
    expect(records).to.have.length(1)
    expect(records[0]!.proofs).to.have.length(1)
    expect(records[0]!.proofs[0]!.at - records[0]!.createdAt).to.be.within(5 * MINUTE - 1000, 6 * MINUTE)

    const thief = new Visitor(server.issuer)
    for (const [i, name] of names.entries()) thief.setCookie(name, old[i]!)
    expect(await silently(thief)).to.equal('login_required')
    expect(await silently(visitor)).to.equal('code')
  })

  it('of a remembered browser lasts 30 days, used or not, and its cookie as long', async () => {
    const plain = await signedIn()
    const visitor = await signedIn(true)
    const [, record] = await recordsOf()
    expect(record!.remembered).to.equal(true)
    expect(record!.endsAt - record!.createdAt).to.equal(30 * DAY)
    const cookieOf = async (one: Visitor) => {
      const response = await one.send('GET', authorization(server, client, { prompt: 'none' }).url)
      return response.headers.getSetCookie().find(cookie => cookie.startsWith('latchkey_session='))
    }
    const expires = /expires=([^;]+)/.exec((await cookieOf(visitor))!)![1]!
    expect(Date.parse(expires) - Date.now()).to.be.within(30 * DAY - MINUTE, 30 * DAY)
    expect(await cookieOf(plain)).to.not.match(/expires|max-age/i)

    moveClock(29 * DAY)
    expect(await silently(plain)).to.equal('login_required')
    expect(await silently(visitor)).to.equal('code')
    moveClock(DAY + MINUTE)
    expect(await silently(visitor)).to.equal('login_required')
  })

  it('ends after 2 hours without use, and after 12 hours with it', async () => {
    const idle = await signedIn()
    const busy = await signedIn()
    moveClock(2 * HOUR - MINUTE)
    expect(await silently(busy)).to.equal('code')
    moveClock(2 * MINUTE)
    expect(await silently(idle)).to.equal('login_required')
    for (let hours = 0; hours < 9; hours += 1) {
      moveClock(HOUR)
      expect(await silently(busy), `after ${hours + 3} hours`).to.equal('code')
    }
    moveClock(HOUR)
    expect(await silently(busy)).to.equal('login_required')
  })

  it('ends when policy says so, from the next request on', async () => {
    await server.app.policies.set({ kind: 'everyone' }, { sessionIdleTtl: 600 }, 'test')
    const visitor = await signedIn()
    moveClock(9 * MINUTE)
    expect(await silently(visitor)).to.equal('code')
    moveClock(11 * MINUTE)
    expect(await silently(visitor)).to.equal('login_required')
  })

  describe('when its time is over', () => {
    it('is removed by the job, which says once that the session expired', async () => {
      const visitor = await signedIn()
      const [{ id, deviceId }] = (await recordsOf()) as [SignIn]
      await endSignIns()
      expect(await recordsOf()).to.have.length(1)
      moveClock(2 * HOUR + MINUTE)
      await Promise.all([endSignIns(), silently(visitor)])
      await endSignIns()
      expect(await recordsOf()).to.deep.equal([])
      const entries = await expired()
      expect(entries).to.have.length(1)
      expect(entries[0]).to.include({ accountId: person.id, sessionUid: id, deviceId, outcome: 'success' })
    })

    it('is removed without another word when the session was ended before', async () => {
      await signedIn()
      const [{ id }] = (await recordsOf()) as [SignIn]
      await server.app.sessions.end(id, 'revoked')
      moveClock(2 * HOUR + MINUTE)
      await endSignIns()
      expect(await recordsOf()).to.deep.equal([])
      expect(await expired()).to.deep.equal([])
    })

    it('stays while the session was used since', async () => {
      const visitor = await signedIn()
      // Within the minute, so that the record itself was not written.
      moveClock(30_000)
      await silently(visitor)
      const later = (await sessionOf(visitor))!.expiresAt + HOUR
      await server.app.store
        .collection(sessionDeclaration)
        .update((await sessionOf(visitor))!.id, known => ({ ...known, expiresAt: later }))
      moveClock(2 * HOUR)
      await endSignIns()
      expect((await recordsOf()).map(({ endsAt }) => endsAt)).to.deep.equal([later])
      expect(await expired()).to.deep.equal([])
    })

    it('goes in batches: five hundred at once', async () => {
      await signedIn()
      const [record] = (await recordsOf()) as [SignIn]
      for (let i = 0; i < 500; i += 1) await server.app.signIns.record({ ...record, id: `record-${i}` }, 0)
      moveClock(2 * HOUR + MINUTE)
      await endSignIns()
      expect(await recordsOf()).to.deep.equal([])
    })
  })
})
