import { expect } from 'chai'
import { BadCursor, type Collection, type Page, type PageRequest, type Where } from '../../src/storage/port.ts'
import { onEveryEngine } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { people, person, seats, type Person } from './samples.ts'

onEveryEngine('a list', bench => {
  const team = Array.from({ length: 23 }, (_, i) => person(`p${String(i).padStart(2, '0')}`, { team: 'x', age: i % 4 }))
  const inOrder = team.toSorted((a, b) => a.age! - b.age! || (a.id < b.id ? -1 : 1)).map(({ id }) => id)

  for (const limit of [1, 5, 23, 24]) {
    it(`goes by index, then id, both ways, ${limit} at a time`, async () => {
      const collection = await bench.open(people)
      await collection.insertMany([...team, person('other', { team: 'y' })])
      expect(await walk(collection, { team: 'x' }, { limit })).to.deep.equal(inOrder)
      expect(await walk(collection, { team: 'x' }, { limit, order: 'desc' })).to.deep.equal(inOrder.toReversed())
    })
  }

  it('walks the whole collection by id', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(team.toReversed())
    expect(await walk(collection, {}, { limit: 7 })).to.deep.equal(team.map(({ id }) => id))
    expect(await walk(collection, {}, { limit: 7, order: 'desc' })).to.deep.equal(team.map(({ id }) => id).toReversed())
  })

  it('keeps to a range on every page', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(team)
    const middle = inOrder.filter(id => [1, 2].includes(team.find(doc => doc.id === id)!.age!))
    for (const age of [
      { gte: 1, lt: 3 },
      { gt: 0, lte: 2 },
    ]) {
      expect(await walk(collection, { team: 'x', age }, { limit: 4 })).to.deep.equal(middle)
      const backwards = await walk(collection, { team: 'x', age }, { limit: 4, order: 'desc' })
      expect(backwards).to.deep.equal(middle.toReversed())
    }
  })

  it('has the documents without the field first', async () => {
    const collection = await bench.open(people)
    const some = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => person(id, { team: 'x', ...(i % 2 ? {} : { age: -i }) }))
    await collection.insertMany(some)
    const expected = ['b', 'd', 'f', 'e', 'c', 'a']
    for (const limit of [1, 2, 3, 4, 9]) {
      expect(await walk(collection, { team: 'x' }, { limit })).to.deep.equal(expected)
      expect(await walk(collection, { team: 'x' }, { limit, order: 'desc' })).to.deep.equal(expected.toReversed())
    }
  })

  it('pages by a unique index', async () => {
    const collection = await bench.open(seats)
    await collection.insertMany([3, 1, 2].map(row => ({ id: `s${row}`, room: 'x', row })))
    const request = { limit: 2 }
    const first = await collection.list({ room: 'x' }, request)
    expect(first.items.map(({ row }) => row)).to.deep.equal([1, 2])
    const second = await collection.list({ room: 'x' }, { ...request, cursor: first.cursor! })
    expect(second.items.map(({ row }) => row)).to.deep.equal([3])
    expect(second.cursor).to.equal(undefined)
    expect((await collection.list({ room: 'x', row: 3 }, request)).items).to.have.length(1)
  })

  it('by a boolean', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(['a', 'b', 'c', 'd'].map((id, i) => person(id, { active: i % 2 === 0 })))
    expect(await walk(collection, { active: true }, { limit: 1 })).to.deep.equal(['a', 'c'])
    expect(await walk(collection, { active: { gte: false } }, { limit: 1 })).to.deep.equal(['b', 'd', 'a', 'c'])
  })

  it('has no page behind the last, even when that is full', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(team.slice(0, 4))
    expect((await collection.list({}, { limit: 4 })).cursor).to.equal(undefined)
    expect(await collection.list({ team: 'nobody' }, { limit: 4 })).to.deep.equal({ items: [] })
  })

  for (const order of ['asc', 'desc'] as const) {
    it(`shows what stays exactly once while others come and go (${order})`, async () => {
      const collection = await bench.open(people)
      await collection.insertMany(team)
      const seen: string[] = []
      let page: Page<Person> = { items: [] }
      let round = 0
      do {
        const request: PageRequest = page.cursor ? { limit: 3, order, cursor: page.cursor } : { limit: 3, order }
        page = await collection.list({ team: 'x' }, request)
        seen.push(...page.items.map(({ id }) => id))
        // The cursor's own document goes, and others come on either side of it.
        await collection.remove(page.items.at(-1)!.id)
        await collection.insertMany([
          person(`a${round}`, { team: 'x', age: -1 }),
          person(`z${round}`, { team: 'x', age: 9 }),
        ])
        round++
      } while (page.cursor && round < 20)
      const stable = seen.filter(id => id.startsWith('p'))
      expect(stable).to.deep.equal(order === 'asc' ? inOrder : inOrder.toReversed())
      expect(new Set(seen).size).to.equal(seen.length)
    })
  }

  it('refuses a cursor that it did not give out', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(team)
    const forged = ['', 'x', 'bm90IGpzb24', encode('text'), encode([]), encode([1]), encode([1, 2, 3])]
    const hostile = [
      encode([{ $gt: '' }, 'id']),
      encode([[1], 'id']),
      encode([null, { $ne: null }]),
      encode([null, 7]),
      encode([1, null]),
      encode([1, true]),
      '%00',
      '"'.repeat(99),
    ]
    for (const cursor of [...forged, ...hostile]) {
      await expectRejection(collection.list({ team: 'x' }, { limit: 3, cursor }), BadCursor)
    }
    for (const value of [7, null, true, {}]) {
      await expectRejection(collection.list({}, { limit: 3, cursor: encode([value]) }), BadCursor)
    }
  })

  it('cannot be led out of its range by a forged cursor', async () => {
    const collection = await bench.open(people)
    await collection.insertMany(team)
    for (const value of [-1, 0, 3, 99, '2', null, true]) {
      const request = { limit: 99, cursor: encode([value, 'p']) }
      await expectRejection(collection.list({ team: 'x', age: { gt: 0, lt: 3 } }, request), BadCursor)
    }
    const wild = await collection.list({ team: 'x' }, { limit: 99, cursor: encode([null, '']) })
    expect(wild.items.every(doc => doc.team === 'x')).to.equal(true)
  })
})

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** All ids, page by page. */
async function walk(collection: Collection<Person>, where: Where<Person>, request: PageRequest): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await collection.list(where, cursor === undefined ? request : { ...request, cursor })
    expect(page.items.length).to.be.at.most(request.limit)
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.cursor
  } while (cursor !== undefined)
  return ids
}
