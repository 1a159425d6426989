// What an entry may hold, what is only counted, and for how long it is kept.
import { expect } from 'chai'
import { createEvents, auditDeclaration, type Event } from '../../src/core/events/events.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'

const DAY = 86_400
const defaults = { env: 'development', auditTtl: 90 * DAY, auditTokens: false } as const
/** A slip in our code: a detail that the catalog does not know. */
const slip = {
  type: 'signin.failed',
  details: { method: 'password', reason: 'wrong', password: 'open sesame' },
} as Event<'signin.failed'>

describe('an event', () => {
  let store: Store

  beforeEach(async () => {
    store = await openStore('sqlite::memory:', declarations)
  })
  afterEach(async () => {
    resetClock()
    await store.close()
  })
  const entries = async () => (await store.collection(auditDeclaration).list({}, { limit: 100 })).items
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => 'taken',
      (error: Error) => error.name,
    )

  for (const env of ['development', 'staging'] as const)
    it(`with a detail that the catalog does not know is refused in ${env}: it might be a secret`, async () => {
      const events = createEvents(store, { ...defaults, env })
      expect(await refusal(events.emit(slip))).to.equal('ZodError')
      expect(await entries()).to.deep.equal([])
    })

  it('loses that detail in production, which is counted', async () => {
    const events = createEvents(store, { ...defaults, env: 'production' })
    await events.emit(slip)
    const [entry] = await entries()
    expect(entry!.details).to.deep.equal({ method: 'password', reason: 'wrong' })
    expect(JSON.stringify(await entries())).to.not.include('sesame')
    expect([...events.counts]).to.have.deep.members([
      ['signin.failed', 1],
      ['dropped', 1],
    ])
  })

  it('of another type than the catalog’s is refused everywhere', async () => {
    for (const env of ['development', 'production'] as const) {
      const events = createEvents(store, { ...defaults, env })
      const unknown = { type: 'account.exploded', details: {} } as unknown as Event<'account.verified'>
      expect(await refusal(events.emit(unknown))).to.equal('TypeError')
      const wrong = { type: 'role.assigned', details: { role: 7 } } as unknown as Event<'role.assigned'>
      expect(await refusal(events.emit(wrong))).to.equal('ZodError')
    }
    expect(await entries()).to.deep.equal([])
  })

  it('of a machine is counted and not stored, unless that is asked for', async () => {
    const details = { grantType: 'client_credentials' }
    const quiet = createEvents(store, defaults)
    for (let i = 0; i < 3; i += 1) await quiet.emit({ type: 'token.issued', details })
    expect(quiet.counts.get('token.issued')).to.equal(3)
    expect(await entries()).to.deep.equal([])

    await createEvents(store, { ...defaults, auditTokens: true }).emit({ type: 'token.issued', details })
    moveClock(1)
    await quiet.emit({ type: 'token.issued', details: { grantType: 'authorization_code' } })
    expect((await entries()).map(entry => entry.details)).to.deep.equal([details, { grantType: 'authorization_code' }])
  })

  it('is kept for 90 days, or for as long as is configured', async () => {
    await createEvents(store, defaults).emit({ type: 'keys.rotated', details: { kids: [] } })
    await createEvents(store, { ...defaults, auditTtl: 10 * DAY }).emit({ type: 'keys.rotated', details: { kids: [] } })
    moveClock(10 * DAY * 1000)
    expect(await entries()).to.have.length(1)
    moveClock(79 * DAY * 1000)
    expect(await entries()).to.have.length(1)
    moveClock(2 * DAY * 1000)
    expect(await entries()).to.deep.equal([])
  })

  it('is found by its account, in order of time', async () => {
    const events = createEvents(store, defaults)
    const begun = Date.now()
    for (const accountId of ['ada', 'bob', 'ada']) {
      await events.emit({ type: 'account.verified', accountId, details: {} })
      moveClock(1000)
    }
    const { items } = await events.ofAccount('ada', { limit: 10, order: 'desc' })
    expect(items).to.have.length(2)
    expect(items[0]!.at - items[1]!.at).to.be.within(2000, Date.now() - begun)
  })
})
