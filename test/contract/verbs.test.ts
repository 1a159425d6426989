import { expect } from 'chai'
import { ZodError } from 'zod'
import { Conflict } from '../../src/storage/port.ts'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { people, person, without, type Person } from './samples.ts'

onEveryEngine('a collection', bench => {
  it('gives back what was inserted', async () => {
    const collection = await bench.open(people)
    const ada = person('ada', { age: 36, active: true, seen: [1, 2.5], note: '' })
    await collection.insert(ada)
    expect(await collection.get('ada')).to.deep.equal(ada)
  })

  it('answers undefined for what is not there', async () => {
    const collection = await bench.open(people)
    expect(await collection.get('ada')).to.equal(undefined)
    expect(await collection.first({ email: 'ada@example.com' })).to.equal(undefined)
    expect(await collection.update('ada', doc => doc)).to.equal(undefined)
    expect(await collection.remove('ada')).to.equal(false)
  })

  it('refuses a second document with the same id', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    const error = await expectRejection(collection.insert(person('ada', { email: 'other@example.com' })), Conflict)
    expect(error).to.include({ collection: 'people', index: 'id' })
  })

  it('finds by a unique value', async () => {
    const collection = await bench.open(people)
    await collection.insertMany([person('ada'), person('bob')])
    expect((await collection.first({ email: 'bob@example.com' }))?.id).to.equal('bob')
  })

  it('updates, and answers the document as it is now', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada', { age: 36, username: 'ada' }))
    const updated = await collection.update('ada', doc => ({ ...without(doc, 'username'), age: 37 }))
    expect(updated).to.deep.equal(person('ada', { age: 37 }))
    expect(await collection.get('ada')).to.deep.equal(updated)
    expect(await collection.first({ username: 'ada' })).to.equal(undefined)
  })

  it('writes nothing when the change refuses', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    expect(await collection.update('ada', () => undefined)).to.equal(undefined)
    expect(await collection.get('ada')).to.deep.equal(person('ada'))
  })

  it('writes nothing when the change returns the same object', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    const answered = await collection.update('ada', doc => {
      // A shared one cannot be changed in place at all.
      if (!Object.isFrozen(doc)) doc.note = 'changed in place'
      return doc
    })
    expect(answered?.id).to.equal('ada')
    expect(await collection.get('ada')).to.deep.equal(person('ada'))
  })

  it('upserts what is there and what is not', async () => {
    const collection = await bench.open(people)
    const older = (known?: Person) => ({ ...person('ada'), age: (known?.age ?? 0) + 1 })
    expect((await collection.upsert('ada', older))?.age).to.equal(1)
    expect((await collection.upsert('ada', older))?.age).to.equal(2)
    expect((await collection.get('ada'))?.age).to.equal(2)
    expect(await collection.upsert('bob', () => undefined)).to.equal(undefined)
    expect(await collection.get('bob')).to.equal(undefined)
  })

  it('removes once', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    expect(await collection.remove('ada')).to.equal(true)
    expect(await collection.remove('ada')).to.equal(false)
    expect(await collection.get('ada')).to.equal(undefined)
    await collection.insert(person('ada'))
  })

  it('refuses what the schema does not allow', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    const wrong = { id: 'bob', email: 1 } as unknown as Person
    await expectRejection(collection.insert(wrong), ZodError)
    await expectRejection(collection.insertMany([person('cleo'), wrong]), ZodError)
    await expectRejection(
      collection.update('ada', doc => ({ ...doc, age: 'old' }) as unknown as Person),
      ZodError,
    )
    await expectRejection(
      collection.upsert('bob', () => wrong),
      ZodError,
    )
    expect(await collection.count({})).to.equal(1)
    expect(await collection.get('ada')).to.deep.equal(person('ada'))
  })

  it('keeps fields that its schema does not know', async () => {
    const collection = await bench.open(people)
    const newer = { ...person('ada'), addedLater: { by: ['a newer version'] } }
    await collection.insert(newer)
    await collection.update('ada', doc => ({ ...doc, age: 1 }))
    expect(await collection.get('ada')).to.deep.equal({ ...newer, age: 1 })
  })

  it('refuses a change of the id', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    await expectRejection(
      collection.update('ada', doc => ({ ...doc, id: 'bob' })),
      TypeError,
    )
    await expectRejection(
      collection.upsert('cleo', () => person('bob')),
      TypeError,
    )
    expect(await collection.count({})).to.equal(1)
  })

  it('has a store that answers whether it can be used', async () => {
    const store = await bench.openStore(people)
    expect(await store.ping()).to.equal(undefined)
  })
})
