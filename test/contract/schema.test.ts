import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import mongoose from 'mongoose'
import { z } from 'zod'
import { CannotOpen, Conflict, type Declaration } from '../../src/storage/port.ts'
import { onSharedEngines, onSqlite, type Bench } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { without } from './samples.ts'

const schema = z.object({
  id: z.string(),
  email: z.string(),
  city: z.string().optional(),
  member: z.boolean().optional(),
  until: z.number().optional(),
})
type User = z.infer<typeof schema>

const email = { fields: ['email'], unique: true }
const older: Declaration<User> = { name: 'users', schema, indexes: [email] }
const newer: Declaration<User> = {
  name: 'users',
  schema,
  indexes: [email, { fields: ['city', 'member'] }],
  expires: 'until',
}
const newest: Declaration<User> = { name: 'users', schema, indexes: [{ fields: ['city', 'member'] }], expires: 'until' }

function user(id: string, more: Partial<User> = {}): User {
  return { id, email: `${id}@example.com`, city: 'Bern', member: true, ...more }
}

onSharedEngines('a new index on an old store', bench => {
  it('finds the documents from before', async () => {
    const before = await bench.open(older)
    await before.insertMany(Array.from({ length: 1200 }, (_, i) => user(`u${i}`, { city: i % 2 ? 'Bern' : 'Zürich' })))
    const after = await bench.open(newer)
    expect(await after.count({ city: 'Zürich', member: true })).to.equal(600)
    expect((await after.list({ city: 'Zürich' }, { limit: 2 })).items).to.have.length(2)
  })

  it('lets the older process go on reading and writing', async () => {
    const before = await bench.open(older)
    await before.insert(user('ada'))
    const after = await bench.open(newer)
    await after.insert(user('bob'))
    expect(await before.get('bob')).to.deep.equal(user('bob'))
    await before.insert(user('cleo'))
    await before.update('bob', doc => ({ ...doc, email: 'robert@example.com' }))
    expect((await after.first({ email: 'robert@example.com' }))?.id).to.equal('bob')
    await expectRejection(before.insert(user('dan', { email: 'ada@example.com' })), Conflict)
    expect((await before.list({}, { limit: 9 })).items).to.have.length(3)
  })

  it('finds what the older process wrote since, and what it expires', async () => {
    const before = await bench.open(older)
    await before.insert(user('ada'))
    await bench.open(newer)
    await before.insert(user('bob', { member: false }))
    await before.update('ada', doc => ({ ...doc, city: 'Genève' }))
    await before.insert(user('gone', { until: Date.now() - 1 }))

    const after = await bench.open(newer)
    expect((await after.first({ city: 'Genève', member: true }))?.id).to.equal('ada')
    expect((await after.first({ city: 'Bern', member: false }))?.id).to.equal('bob')
    expect(await after.get('gone')).to.equal(undefined)
    expect(await after.removeExpired(Date.now(), 9)).to.equal(1)
  })

  it('stops the start when it is unique and the documents are not', async () => {
    const before = await bench.open(older)
    await before.insertMany([user('ada'), user('bob')])
    const unique = { ...older, indexes: [email, { fields: ['city'], unique: true }] }
    const { message } = await expectRejection(bench.open(unique), CannotOpen)
    expect(message).to.match(/^the store [^\n]*(unique|share)[^\n]*$/)
    await before.insert(user('cleo'))
  })

  it('is refused by a store that needs a newer program', async () => {
    await (await bench.openStore(older)).close()
    await requireFormat(bench, 99)
    const { message } = await expectRejection(bench.open(older), CannotOpen)
    expect(message).to.match(/^the store [^\n]*needs a newer Latchkey[^\n]*$/)
  })
})

onSqlite('a new index on an old store', bench => {
  it('finds what an older process writes, at once', async () => {
    const before = await bench.open(older)
    const after = await bench.open(newer)
    await before.insert(user('ada', { city: 'x"y' }))
    expect((await after.first({ city: 'x"y', member: true }))?.id).to.equal('ada')
    await before.update('ada', doc => without(doc, 'city'))
    expect(await after.first({ city: 'x"y' })).to.equal(undefined)
    await before.upsert('ada', doc => ({ ...doc!, city: 'Bern', until: Date.now() - 1 }))
    expect(await after.first({ city: 'Bern' })).to.equal(undefined)
    expect(await after.removeExpired(Date.now(), 9)).to.equal(1)
  })

  it('may belong to a process that has lost another: the older still finds by that one', async () => {
    await bench.open(newer)
    const contracted = await bench.open(newest)
    await contracted.insert(user('ada'))
    const before = await bench.open(older)
    expect((await before.first({ email: 'ada@example.com' }))?.id).to.equal('ada')
  })
})

async function requireFormat({ url }: Bench, format: number): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const db = new DatabaseSync(url.slice('sqlite:'.length))
    db.exec(`PRAGMA user_version = ${format}`)
    db.close()
    return
  }
  if (url.startsWith('redis:')) {
    const redis = new Redis(url)
    await redis.set(`${new URL(url).searchParams.get('prefix')}:format`, format)
    redis.disconnect()
    return
  }
  const connection = await mongoose.createConnection(url).asPromise()
  await connection.collection('latchkey_store').updateOne({}, { $set: { format } })
  await connection.close()
}
