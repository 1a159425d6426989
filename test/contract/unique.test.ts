import { expect } from 'chai'
import { Conflict } from '../../src/storage/port.ts'
import { moveClock } from '../support/clock.ts'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { codes, people, person, seats, without } from './samples.ts'

onEveryEngine('a unique index', bench => {
  it('refuses an insert of a value that is taken, and names the index', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    const error = await expectRejection(collection.insert(person('bob', { email: 'ada@example.com' })), Conflict)
    expect(error).to.include({ collection: 'people', index: 'email' })
    expect(await collection.get('bob')).to.equal(undefined)
  })

  it('refuses an update and an upsert to a value that is taken', async () => {
    const collection = await bench.open(people)
    await collection.insertMany([person('ada', { username: 'ada' }), person('bob')])
    const update = collection.update('bob', doc => ({ ...doc, username: 'ada' }))
    expect((await expectRejection(update, Conflict)).index).to.equal('username')
    const upsert = collection.upsert('cleo', () => person('cleo', { username: 'ada' }))
    expect((await expectRejection(upsert, Conflict)).index).to.equal('username')
    expect(await collection.get('bob')).to.deep.equal(person('bob'))
    expect(await collection.get('cleo')).to.equal(undefined)
  })

  it('lets any number of documents be without the field', async () => {
    const collection = await bench.open(people)
    await collection.insertMany([person('ada'), person('bob'), person('cleo', { username: 'cleo' })])
    await collection.update('cleo', doc => without(doc, 'username'))
    expect(await collection.count({})).to.equal(3)
  })

  it('frees a value that its document gives up', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    await collection.update('ada', doc => ({ ...doc, email: 'new@example.com' }))
    await collection.insert(person('bob', { email: 'ada@example.com' }))
    await collection.remove('bob')
    await collection.insert(person('cleo', { email: 'ada@example.com' }))
  })

  it('lets a document keep its own values', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada', { username: 'ada' }))
    expect(await collection.update('ada', doc => ({ ...doc, age: 1 }))).to.not.equal(undefined)
  })

  it('takes several fields together', async () => {
    const collection = await bench.open(seats)
    await collection.insertMany([
      { id: 'a', room: 'x', row: 1 },
      { id: 'b', room: 'x', row: 2 },
      { id: 'c', room: 'y', row: 1 },
    ])
    const error = await expectRejection(collection.insert({ id: 'd', room: 'x', row: 2 }), Conflict)
    expect(error.index).to.equal('room_row')
    expect((await collection.first({ room: 'x', row: 2 }))?.id).to.equal('b')
  })

  it('wants all of its several fields', async () => {
    const collection = await bench.open(seats)
    await expectRejection(collection.insert({ id: 'a', room: 'x' }), TypeError)
  })

  it('tells values apart that differ in case, accents or trailing space', async () => {
    const collection = await bench.open(people)
    const names = ['ada', 'Ada', 'àda', 'ada ', '\uff41da']
    await collection.insertMany(names.map((username, i) => person(`p${i}`, { username })))
    for (const [i, username] of names.entries()) expect((await collection.first({ username }))?.id).to.equal(`p${i}`)
  })

  it('is not held by an expired document', async () => {
    const collection = await bench.open(codes)
    await collection.insert({ id: 'old', handle: 'h', expiresAt: Date.now() + 1000 })
    await collection.insert({ id: 'other' })
    moveClock(1000)
    await collection.insert({ id: 'new', handle: 'h' })
    expect((await collection.first({ handle: 'h' }))?.id).to.equal('new')

    await collection.insert({ id: 'old', handle: 'i', expiresAt: Date.now() + 1000 })
    moveClock(1000)
    await collection.update('other', doc => ({ ...doc, handle: 'i' }))
    expect((await collection.first({ handle: 'i' }))?.id).to.equal('other')
    await expectRejection(collection.insert({ id: 'late', handle: 'i' }), Conflict)
  })
})
