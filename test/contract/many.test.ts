import { expect } from 'chai'
import { Conflict } from '../../src/storage/port.ts'
import { onEveryEngine, onServers, onSqlite } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { people, person } from './samples.ts'

const withADuplicate = [person('a'), person('b'), person('c', { email: 'a@example.com' }), person('d')]

onEveryEngine('inserting many', bench => {
  it('inserts none of none', async () => {
    const collection = await bench.open(people)
    await collection.insertMany([])
    expect(await collection.count({})).to.equal(0)
  })

  it('names the index that one of them breaks', async () => {
    const collection = await bench.open(people)
    const error = await expectRejection(collection.insertMany(withADuplicate), Conflict)
    expect(error.index).to.equal('email')
    expect(await collection.get('d')).to.equal(undefined)
  })

  it('takes a thousand', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(Array.from({ length: 1000 }, (_, i) => person(`p${i}`)))
    expect(await collection.count({})).to.equal(1000)
  })
})

onSqlite('inserting many', bench => {
  it('is all or none, and leaves its neighbours alone', async () => {
    const collection = await bench.open(people)
    const before = collection.insert(person('before'))
    const many = collection.insertMany(withADuplicate)
    const after = collection.insert(person('after'))
    await Promise.all([before, after, expectRejection(many, Conflict)])
    expect((await collection.list({}, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['after', 'before'])
  })
})

onServers('inserting many', bench => {
  it('goes in order up to the first that breaks a rule', async () => {
    const collection = await bench.open(people)
    await expectRejection(collection.insertMany(withADuplicate), Conflict)
    expect((await collection.list({}, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['a', 'b'])
  })
})
