import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import mongoose from 'mongoose'
import { z } from 'zod'
import { inspectStore } from '../../src/storage/schema/inspect.ts'
import { CannotOpen, type Declaration } from '../../src/storage/port.ts'
import { isUpToDate } from '../../src/storage/schema/state.ts'
import { STORE_FORMAT } from '../../src/storage/schema/versions.ts'
import { onLastingEngines, onMongo, onSqlite } from '../contract/engines.ts'
import { expectRejection } from '../contract/expect-rejection.ts'

const schema = z.object({
  id: z.string(),
  email: z.string(),
  city: z.string().optional(),
  until: z.number().optional(),
})
type User = z.infer<typeof schema>

const email = { fields: ['email'], unique: true }
const older: Declaration<User> = { name: 'users', schema, indexes: [email] }
const newer: Declaration<User> = { name: 'users', schema, indexes: [email, { fields: ['city'] }], expires: 'until' }
const boxes: Declaration<{ id: string }> = { name: 'boxes', schema: z.object({ id: z.string() }) }

const user = (id: string): User => ({ id, email: `${id}@example.com`, city: 'Bern' })

onLastingEngines('looking at a store', bench => {
  it('that is not there finds nothing, and makes nothing', async () => {
    const { format, collections } = await inspectStore(bench.url, [older])
    expect(format).to.equal(undefined)
    expect(collections[0]).to.deep.include({ name: 'users', missingFields: ['email'], toFill: 0 })
    expect(collections[0]).not.to.have.property('version')
    expect(await isThere(bench.url)).to.equal(false)
  })

  it('that this program has opened finds nothing missing', async () => {
    await bench.openStore(newer, boxes)
    const state = await inspectStore(bench.url, [newer, boxes])
    expect(state.format).to.equal(STORE_FORMAT)
    expect(isUpToDate(state)).to.equal(true)
  })

  it('of an older program finds what opening adds, and adds nothing itself', async () => {
    const before = await bench.open(older)
    await before.insertMany([user('ada'), user('bob')])
    for (const _twice of [1, 2]) {
      const state = await inspectStore(bench.url, [newer, boxes])
      expect(isUpToDate(state)).to.equal(false)
      const [users, box] = state.collections
      expect(users).to.deep.include({ name: 'users', version: 1, missingFields: ['city', 'until'], toFill: 2 })
      expect(users!.missingIndexes.join()).to.include('city').and.not.include('email')
      expect(box).not.to.have.property('version')
    }
    await bench.openStore(newer, boxes)
    const after = await inspectStore(bench.url, [newer, boxes])
    expect(isUpToDate(after)).to.equal(true)
    expect(after.collections[0]).to.include({ version: 2, toFill: 0 })
  })

  it('of a newer program names the fields that this one does not know, and misses nothing', async () => {
    await bench.openStore(newer)
    const state = await inspectStore(bench.url, [older])
    expect(state.collections[0]!.newerFields).to.deep.equal(['city', 'until'])
    expect(isUpToDate(state)).to.equal(true)
  })
})

onMongo('looking at a store', bench => {
  it('counts what an older program has written since', async () => {
    const before = await bench.open(older)
    await bench.openStore(newer)
    await before.insertMany([user('ada'), user('bob')])
    expect((await inspectStore(bench.url, [newer])).collections[0]!.toFill).to.equal(2)
  })
})

onSqlite('looking at a store', bench => {
  const path = () => bench.url.slice('sqlite:'.length)

  it('has nothing to fill after an older program: triggers did', async () => {
    const before = await bench.open(older)
    await bench.openStore(newer)
    await before.insertMany([user('ada'), user('bob')])
    expect((await inspectStore(bench.url, [newer])).collections[0]!.toFill).to.equal(0)
  })

  it('leaves each byte of the file as it was', async () => {
    await (await bench.openStore(older)).close()
    const hash = () => createHash('sha256').update(readFileSync(path())).digest('hex')
    const before = hash()
    await inspectStore(bench.url, [newer, boxes])
    expect(hash()).to.equal(before)
  })

  it('refuses a file that is no database, in one line', async () => {
    writeFileSync(path(), 'This is a letter to my aunt, and not a database at all. '.repeat(100))
    const { message } = await expectRejection(inspectStore(bench.url, [older]), CannotOpen)
    expect(message).to.match(/^the store sqlite:[^\n]* is not a database$/)
  })
})

async function isThere(url: string): Promise<boolean> {
  if (url.startsWith('sqlite:')) return existsSync(url.slice('sqlite:'.length))
  const connection = await mongoose.createConnection(url).asPromise()
  const collections = await connection.db!.listCollections().toArray()
  await connection.close()
  return collections.length > 0
}
