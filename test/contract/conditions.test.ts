import { expect } from 'chai'
import { NoIndex, type Where } from '../../src/storage/port.ts'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { people, person, type Person } from './samples.ts'

onEveryEngine('a condition', bench => {
  const refused: Record<string, object> = {
    'on a field without an index': { note: 'x' },
    'on the second field of an index alone': { age: 1 },
    'that ranges over the first field and fixes the second': { team: { gt: 'a' }, age: 1 },
    'with two ranges': { team: { gt: 'a' }, age: { gt: 1 } },
    'over more fields than an index has': { team: 'x', age: 1, active: true },
    'with an unknown operator': { email: { $ne: '' } },
    'with two lower bounds': { email: { gt: 'a', gte: 'b' } },
    'with a prefix and a bound': { email: { prefix: 'a', lt: 'b' } },
    'with an empty range': { email: {} },
    'with an array': { email: ['a@example.com'] },
    'with null': { email: null },
    'with undefined': { email: undefined },
    'with a number that is none': { team: 'x', age: Number.NaN },
    'with an object for a bound': { email: { gt: { $gt: '' } } },
  }
  for (const [what, where] of Object.entries(refused)) {
    it(`${what} is refused`, async () => {
      const collection = await bench.open(people)
      await collection.insert(person('ada'))
      const condition = where as Where<Person>
      await expectRejection(collection.first(condition), NoIndex)
      await expectRejection(collection.list(condition, { limit: 1 }), NoIndex)
      await expectRejection(collection.count(condition), NoIndex)
      await expectRejection(collection.removeAll(condition, 1), NoIndex)
      expect(await collection.count({})).to.equal(1)
    })
  }

  it('may name the id, or the fields of an index in any order', async () => {
    const collection = await bench.open(people)
    await collection.insertMany([person('ada', { team: 'x', age: 1 }), person('bob', { team: 'x', age: 2 })])
    expect((await collection.first({ id: 'bob' }))?.id).to.equal('bob')
    expect((await collection.first({ age: 2, team: 'x' }))?.id).to.equal('bob')
    expect((await collection.list({ team: 'x', age: 2, id: { gte: 'a' } }, { limit: 9 })).items).to.have.length(1)
    expect(await collection.count({ team: 'x', age: { lt: 2 } })).to.equal(1)
    expect((await collection.first({ team: 'x', age: { gt: 0 } }))?.id).to.equal('ada')
  })

  it('counts and removes by an index, in batches', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(Array.from({ length: 12 }, (_, i) => person(`p${i}`, { team: i < 10 ? 'x' : 'y' })))
    expect(await collection.count({ team: 'x' })).to.equal(10)
    expect(await collection.removeAll({ team: 'x' }, 6)).to.equal(6)
    expect(await collection.removeAll({ team: 'x' }, 6)).to.equal(4)
    expect(await collection.removeAll({ team: 'x' }, 6)).to.equal(0)
    expect(await collection.removeAll({}, 6)).to.equal(2)
    expect(await collection.count({})).to.equal(0)
  })
})
