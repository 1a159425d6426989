import { expect } from 'chai'
import { moveClock } from '../support/clock.ts'
import { onSharedEngines } from './engines.ts'
import { codes, people, person } from './samples.ts'

const sharedPeople = { ...people, shared: true }
const sharedCodes = { ...codes, shared: true }

onSharedEngines('a document that is shared', bench => {
  it('is the same frozen object while nothing has changed', async () => {
    const collection = await bench.open(sharedPeople)
    await collection.insert(person('ada', { seen: [1] }))
    const ada = await collection.get('ada')
    expect(await collection.get('ada')).to.equal(ada)
    await collection.insert(person('bob'))
    expect(await collection.get('ada')).to.equal(ada)
    expect(Object.isFrozen(ada) && Object.isFrozen(ada!.seen)).to.equal(true)
  })

  it('is what this process has made of it', async () => {
    const collection = await bench.open(sharedPeople)
    await collection.insert(person('ada'))
    await collection.get('ada')
    await collection.update('ada', doc => ({ ...doc, age: 1 }))
    expect((await collection.get('ada'))?.age).to.equal(1)
    await collection.upsert('ada', doc => ({ ...doc!, age: 2 }))
    expect((await collection.get('ada'))?.age).to.equal(2)
    await collection.remove('ada')
    expect(await collection.get('ada')).to.equal(undefined)
  })

  it('is what another has made of it, as soon as that is acknowledged', async () => {
    const mine = await bench.open(sharedPeople)
    const theirs = await bench.open(sharedPeople)
    await mine.insertMany([person('ada'), person('bob', { team: 'red' })])
    for (const age of [1, 2, 3]) {
      await mine.get('ada')
      await theirs.update('ada', doc => ({ ...doc, age }))
      expect((await mine.get('ada'))?.age).to.equal(age)
    }
    await mine.get('bob')
    await theirs.removeAll({ team: 'red' }, 10)
    expect(await mine.get('bob')).to.equal(undefined)
  })

  it('is gone when a condition has removed it', async () => {
    const collection = await bench.open(sharedPeople)
    await collection.insert(person('ada', { team: 'red' }))
    await collection.get('ada')
    await collection.removeAll({ team: 'red' }, 10)
    expect(await collection.get('ada')).to.equal(undefined)
  })

  it('expires all the same', async () => {
    const collection = await bench.open(sharedCodes)
    await collection.insert({ id: 'code', expiresAt: Date.now() + 60_000 })
    expect(await collection.get('code')).to.not.equal(undefined)
    moveClock(60_001)
    expect(await collection.get('code')).to.equal(undefined)
  })

  it('is still right when more are read than are held', async () => {
    const collection = await bench.open(sharedPeople)
    const ids = Array.from({ length: 600 }, (_, i) => `p${i}`)
    await collection.insertMany(ids.map(id => person(id)))
    for (const age of [1, 2]) {
      for (const id of ids) await collection.update(id, doc => ({ ...doc, age }))
      for (const id of ids) expect((await collection.get(id))?.age).to.equal(age)
    }
  })
})
