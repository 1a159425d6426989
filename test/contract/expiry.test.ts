import { expect } from 'chai'
import { Conflict } from '../../src/storage/port.ts'
import { moveClock } from '../support/clock.ts'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { codes, without, type Code } from './samples.ts'

const LIFETIME = 3_600_000

onEveryEngine('an expired document', bench => {
  const code = (id: string, more: Partial<Code> = {}): Code => ({
    id,
    grantId: 'grant',
    expiresAt: Date.now() + LIFETIME,
    ...more,
  })

  it('is found by nothing from its time of expiry on', async () => {
    const collection = await bench.open(codes)
    const expiring = code('a', { handle: 'h' })
    await collection.insertMany([expiring, { id: 'b', grantId: 'grant' }])
    moveClock(LIFETIME - 60_000)
    expect(await collection.get('a')).to.deep.equal(expiring)
    expect(await collection.count({ grantId: 'grant' })).to.equal(2)

    moveClock(60_000)
    expect(await collection.get('a')).to.equal(undefined)
    expect(await collection.first({ handle: 'h' })).to.equal(undefined)
    expect((await collection.list({ grantId: 'grant' }, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['b'])
    expect((await collection.list({}, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['b'])
    expect(await collection.count({ grantId: 'grant' })).to.equal(1)
  })

  it('is not there for a write', async () => {
    const collection = await bench.open(codes)
    await collection.insert(code('a'))
    moveClock(LIFETIME)
    expect(await collection.update('a', doc => ({ ...doc, used: true }))).to.equal(undefined)
    expect(await collection.remove('a')).to.equal(false)
    const seen: unknown[] = []
    await collection.upsert('a', known => {
      seen.push(known)
      return undefined
    })
    expect(seen).to.deep.equal([undefined])
  })

  it('gives way to a new one with its id', async () => {
    const collection = await bench.open(codes)
    await collection.insertMany([code('a'), code('b', { handle: 'h' })])
    await expectRejection(collection.insert(code('a')), Conflict)
    moveClock(LIFETIME)
    const again = code('a', { used: false, handle: 'h' })
    await collection.insert(again)
    expect(await collection.get('a')).to.deep.equal(again)
    await collection.upsert('b', known => (known ? undefined : code('b', { grantId: 'other' })))
    expect((await collection.get('b'))?.grantId).to.equal('other')
    await collection.insertMany([code('c')])
    moveClock(LIFETIME)
    await collection.insertMany([code('d'), code('c', { used: true })])
    expect((await collection.get('c'))?.used).to.equal(true)
  })

  it('lives longer when its expiry is moved', async () => {
    const collection = await bench.open(codes)
    await collection.insert(code('a'))
    await collection.update('a', doc => ({ ...doc, expiresAt: doc.expiresAt! + LIFETIME }))
    moveClock(LIFETIME)
    expect((await collection.get('a'))?.id).to.equal('a')
    await collection.update('a', doc => without(doc, 'expiresAt'))
    moveClock(LIFETIME * 1e6)
    expect((await collection.get('a'))?.id).to.equal('a')
  })

  it('is removed in batches, and the living stay', async () => {
    const collection = await bench.open(codes)
    await collection.insertMany(Array.from({ length: 25 }, (_, i) => code(`old${i}`)))
    await collection.insertMany([{ id: 'forever' }, code('young', { expiresAt: Date.now() + 2 * LIFETIME })])
    const later = Date.now() + LIFETIME
    expect(await collection.removeExpired(Date.now(), 10)).to.equal(0)
    expect(await collection.removeExpired(later, 10)).to.equal(10)
    expect(await collection.removeExpired(later, 10)).to.equal(10)
    expect(await collection.removeExpired(later, 10)).to.equal(5)
    expect((await collection.list({}, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['forever', 'young'])
  })
})
