import { expect } from 'chai'
import { Conflict } from '../../src/storage/port.ts'
import { onEveryEngine } from './engines.ts'
import { codes, people, person } from './samples.ts'

const fifty = Array.from({ length: 50 }, (_, i) => i)

onEveryEngine('fifty at once', bench => {
  it('give a code to one of them', async () => {
    const collection = await bench.open(codes)
    await collection.insert({ id: 'code' })
    const use = () => collection.update('code', code => (code.used ? undefined : { ...code, used: true }))
    const winners = (await Promise.all(fifty.map(use))).filter(Boolean)
    expect(winners).to.deep.equal([{ id: 'code', used: true }])
  })

  it('insert an id once', async () => {
    const collection = await bench.open(people)
    const outcomes = await settle(fifty.map(i => collection.insert(person('ada', { email: `${i}@example.com` }))))
    expect(outcomes.sort()).to.deep.equal([...Array(49).fill('id'), 'won'])
    expect(await collection.count({})).to.equal(1)
  })

  it('take a unique value once', async () => {
    const collection = await bench.open(people)
    const outcomes = await settle(fifty.map(i => collection.insert(person(`p${i}`, { email: 'a@example.com' }))))
    expect(outcomes.sort()).to.deep.equal([...Array(49).fill('email'), 'won'])
    expect(await collection.count({})).to.equal(1)
  })

  it('move to a unique value once', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(fifty.map(i => person(`p${i}`)))
    const take = (i: number) => collection.update(`p${i}`, doc => ({ ...doc, username: 'ada' }))
    const outcomes = await settle(fifty.map(take))
    expect(outcomes.sort()).to.deep.equal([...Array(49).fill('username'), 'won'])
  })

  it('make a document once by upsert, and see each other', async () => {
    const collection = await bench.open(people)
    const count = () => collection.upsert('ada', known => person('ada', { age: (known?.age ?? 0) + 1 }))
    const ages = (await Promise.all(fifty.map(count))).map(doc => doc!.age!)
    expect(ages.sort((a, b) => a - b)).to.deep.equal(fifty.map(i => i + 1))
  })

  it('merge without losing any', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada', { seen: [] }))
    await Promise.all(fifty.map(i => collection.update('ada', doc => ({ ...doc, seen: [...doc.seen!, i] }))))
    expect((await collection.get('ada'))!.seen!.toSorted((a, b) => a - b)).to.deep.equal(fifty)
  })

  it('stand, but for those whose change throws', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada', { seen: [] }))
    const mark = (i: number) =>
      collection.update('ada', doc => {
        if (i % 5 === 0) throw new RangeError('a mistake')
        return { ...doc, seen: [...doc.seen!, i] }
      })
    const neighbours = fifty.map(i => collection.insert(person(`p${i}`)))
    const outcomes = await Promise.allSettled(fifty.map(mark))
    await Promise.all(neighbours)
    const failed = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(failed.map(({ reason }) => (reason as Error).message)).to.deep.equal(Array(10).fill('a mistake'))
    expect((await collection.get('ada'))!.seen).to.have.members(fifty.filter(i => i % 5 !== 0))
    expect(await collection.count({})).to.equal(51)
  })

  it('remove a document once', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada'))
    const removed = await Promise.all(fifty.map(() => collection.remove('ada')))
    expect(removed.filter(Boolean)).to.have.length(1)
  })

  it('never change what was removed and made again meanwhile', async () => {
    const collection = await bench.open(people)
    await collection.insert(person('ada', { note: 'first' }))
    await Promise.allSettled(
      fifty.map(async i => {
        if (i % 10 === 0) {
          await collection.remove('ada')
          await collection.insert(person('ada', { note: 'again' }))
        }
        await collection.update('ada', doc => (doc.note === 'first' ? { ...doc, age: 1 } : undefined))
      }),
    )
    expect(await collection.get('ada')).to.deep.equal(person('ada', { note: 'again' }))
  })
})

/** `won`, or the index of the Conflict. */
function settle(promises: Promise<unknown>[]): Promise<string[]> {
  return Promise.all(
    promises.map(promise =>
      promise.then(
        () => 'won',
        (error: unknown) => (error instanceof Conflict ? error.index : String(error)),
      ),
    ),
  )
}
