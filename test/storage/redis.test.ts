import { expect } from 'chai'
import { assert, boolean, constantFrom, double, property, record, string } from 'fast-check'
import { Redis } from 'ioredis'
import { openStore } from '../../src/storage/open.ts'
import { Unavailable, type Index, type Store } from '../../src/storage/port.ts'
import { fieldsOf, stretchOf } from '../../src/storage/redis/encode.ts'
import { codes, people, person, type Code } from '../contract/samples.ts'
import { expectRejection } from '../contract/expect-rejection.ts'
import { startRedisServer, type RedisServer } from '../servers/redis-server.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { redisOrSkip } from '../support/redis.ts'

const HOUR = 3_600_000

describe('a place in an index of Redis', () => {
  const text = string({ unit: 'binary' })
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

  it('sorts as its values do, and then by id', () => {
    const doc = record(
      { id: text, s: text, n: double({ noNaN: true, noDefaultInfinity: true }), b: boolean() },
      { requiredKeys: ['id'] },
    )
    type Doc = { id: string; s?: string; n?: number; b?: boolean }
    const member = (one: Doc) => Buffer.concat([fieldsOf(one, ['s', 'n', 'b']), Buffer.from(one.id)])
    const expected = (one: Doc, other: Doc) =>
      bySome(one.s, other.s, bytes) ||
      bySome(one.n, other.n, (a, b) => a - b || 0) ||
      bySome(one.b, other.b, (a, b) => Number(a) - Number(b)) ||
      bytes(one.id, other.id)
    assert(
      property(doc, doc, (one, other) => {
        const order = Buffer.compare(member(one), member(other))
        expect(Math.sign(order)).to.equal(Math.sign(expected(one, other)))
      }),
    )
  })

  it('lies in a stretch exactly when its value is within the bounds', () => {
    const bounds = record({ lower: constantFrom('>', '>='), upper: constantFrom('<', '<=') } as const)
    assert(
      property(text, text, text, text, bounds, (value, id, from, to, { lower, upper }) => {
        const member = Buffer.concat([fieldsOf({ s: value }, ['s']), Buffer.from(id)])
        const segment = [
          { field: 's', is: lower, value: from },
          { field: 's', is: upper, value: to },
        ]
        const { min, max } = stretchOf(segment, ['s', 'id'])
        const inside = holds(bytes(value, from), lower) && holds(bytes(value, to), upper)
        expect(lies(member, min, max)).to.equal(inside)
      }),
    )
  })
})

describe('the Redis engine', () => {
  let server: RedisServer
  let url: string
  let redis: Redis
  let store: Store

  before(async function () {
    server = await redisOrSkip(this, () => startRedisServer(['requirepass hush-hush-hush']))
    url = `redis://:hush-hush-hush@127.0.0.1:${server.port}`
    redis = new Redis(url)
  })
  beforeEach(async () => {
    await redis.flushall()
    store = await openStore(url, [codes, people])
  })
  afterEach(async () => {
    resetClock()
    await redis.config('SET', 'maxmemory', '0')
    await store.close()
  })
  after(async () => {
    redis?.disconnect()
    await server?.remove()
  })

  const code = (id: string, more: Partial<Code> = {}): Code => ({ id, expiresAt: Date.now() + HOUR, ...more })

  it('lets the server drop what has been expired for an hour', async () => {
    await store.collection(codes).insertMany([code('a'), { id: 'forever' }])
    expect(await redis.pttl('latchkey:{codes}:doc:a')).to.be.within(2 * HOUR - 60_000, 2 * HOUR)
    expect(await redis.pttl('latchkey:{codes}:doc:forever')).to.equal(-1)
    await store.collection(codes).update('a', ({ expiresAt: _never, ...rest }) => rest)
    expect(await redis.pttl('latchkey:{codes}:doc:a')).to.equal(-1)
  })

  it('leaves nothing in an index of what the server has dropped', async () => {
    const collection = store.collection(codes)
    await collection.insertMany([code('a', { grantId: 'g', handle: 'h' }), code('b', { grantId: 'g' })])
    await redis.del('latchkey:{codes}:doc:a')
    expect(await collection.get('a')).to.equal(undefined)
    expect(await collection.first({ handle: 'h' })).to.equal(undefined)
    expect(await collection.count({ grantId: 'g' })).to.equal(1)
    expect((await collection.list({}, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['b'])
    await collection.insert(code('c', { handle: 'h' }))

    // Its id again, elsewhere in the indexes: the old places are not its own.
    await collection.insert(code('a', { grantId: 'other', expiresAt: Date.now() + 3 * HOUR }))
    expect(await collection.count({ grantId: 'g' })).to.equal(1)
    expect(await collection.removeExpired(Date.now() + 2 * HOUR, 99)).to.equal(3)
    expect(await redis.zcard('latchkey:{codes}:index:grantId')).to.equal(1)
    expect(await redis.zcard('latchkey:{codes}:index:handle:unique')).to.equal(0)
    expect((await collection.first({ grantId: 'other' }))?.id).to.equal('a')
  })

  it('leaves no key behind for documents that were removed', async () => {
    const collection = store.collection(codes)
    await collection.insertMany(Array.from({ length: 60 }, (_, i) => code(`c${i}`, { grantId: 'g', handle: `h${i}` })))
    await collection.remove('c0')
    await collection.removeAll({ grantId: 'g' }, 9)
    moveClock(HOUR)
    await collection.removeExpired(Date.now(), 99)
    expect((await redis.keys('*')).sort()).to.deep.equal([
      'latchkey:format',
      'latchkey:{codes}:indexes',
      'latchkey:{people}:indexes',
    ])
  })

  it('is Unavailable when it is full, and used again when there is room; what is there can be removed', async () => {
    const collection = store.collection(people)
    await collection.insert(person('ada'))
    await redis.config('SET', 'maxmemory', '1')
    await expectRejection(collection.insert(person('bob')), Unavailable)
    await expectRejection(
      collection.update('ada', doc => ({ ...doc, age: 1 })),
      Unavailable,
    )
    expect(await collection.get('ada')).to.deep.equal(person('ada'))
    await redis.config('SET', 'maxmemory', '0')
    await collection.insert(person('bob'))
    await redis.config('SET', 'maxmemory', '1')
    expect(await collection.remove('bob')).to.equal(true)
  })

  it('forgets everything with the server, and goes on', async () => {
    const collection = store.collection(people)
    await collection.insert(person('ada'))
    await redis.flushall()
    expect(await collection.update('ada', doc => ({ ...doc, age: 1 }))).to.equal(undefined)
    await collection.insert(person('ada'))
    await redis.script('FLUSH')
    expect((await collection.first({ email: 'ada@example.com' }))?.id).to.equal('ada')
  })

  it('forgets indexes that no living process knows, and fills those that are new', async () => {
    const collection = store.collection(codes)
    await collection.insertMany([code('a', { grantId: 'g', handle: 'h' }), code('b', { grantId: 'g' })])
    const behind = () => redis.zrange('latchkey:{codes}:behind', '0', '-1')
    const open = (...indexes: Index[]) => openStore(url, [{ ...codes, indexes }])
    const grantId = codes.indexes![0]!
    const opened: Store[] = []
    try {
      // A release without the handles, beside those of before: what it writes is left to them.
      opened.push(await open(grantId))
      await opened[0]!.collection(codes).update('a', doc => ({ ...doc, used: true }))
      expect(await behind()).to.deep.equal(['a'])
      expect(await collection.first({ handle: 'h' })).to.equal(undefined)
      opened.push(await openStore(url, [codes]))
      expect((await collection.first({ handle: 'h' }))?.id).to.equal('a')
      expect(await behind()).to.deep.equal([])

      // Those of before have long been gone, and the release after it has an index of its own.
      moveClock(HOUR / 4)
      const used = { fields: ['used'] }
      opened.push(await open(grantId, used))
      expect(await redis.zrange('latchkey:{codes}:indexes', '0', '-1')).to.not.include('handle:unique')
      expect(await behind()).to.deep.equal([])
      const newest = opened[2]!.collection({ ...codes, indexes: [grantId, used] })
      expect((await newest.list({ used: true }, { limit: 9 })).items.map(({ id }) => id)).to.deep.equal(['a'])

      // And in its place one of before comes back.
      moveClock(HOUR / 4)
      opened.push(await openStore(url, [codes]))
      expect(await redis.zcard('latchkey:{codes}:index:handle:unique')).to.equal(1)
    } finally {
      await Promise.all(opened.map(each => each.close()))
    }
  })

  it('takes neither the password nor a document into an error', async () => {
    const collection = store.collection(people)
    await redis.set('latchkey:{people}:doc:ada', 'a string where a hash should be')
    const broken = await expectRejection(collection.insert(person('ada', { note: 'private' })), Error)
    await redis.config('SET', 'maxmemory', '1')
    const full = await expectRejection(collection.insert(person('bob', { note: 'private' })), Unavailable)
    const refused = await expectRejection(openStore(url.replace('hush-hush', 'wrong'), [people]), Error)
    for (const error of [broken, full, refused]) {
      const told = [error.message, JSON.stringify(error), String(error.cause)].join(' ')
      expect(told).to.not.match(/private|hush|wrong-/)
      expect(told).to.match(/WRONGTYPE|OOM|WRONGPASS/)
    }
  })
})

function bySome<V>(a: V | undefined, b: V | undefined, compare: (a: V, b: V) => number): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return compare(a, b)
}

function holds(order: number, is: '<' | '<=' | '>' | '>='): boolean {
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[is]
}

/** As ZRANGEBYLEX reads bounds. */
function lies(member: Buffer, min: Buffer, max: Buffer): boolean {
  const fromMin = Buffer.compare(member, min.subarray(1))
  const toMax = Buffer.compare(member, max.subarray(1))
  const within = (order: number, bound: Buffer) => order < 0 || (order === 0 && bound[0] === '['.charCodeAt(0))
  return within(-fromMin, min) && within(toMax, max)
}
