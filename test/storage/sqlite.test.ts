import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { openStore } from '../../src/storage/open.ts'
import { CannotOpen, Unavailable, type Store } from '../../src/storage/port.ts'
import { expectRejection } from '../contract/expect-rejection.ts'
import { people, person } from '../contract/samples.ts'

describe('the sqlite engine', () => {
  let folder: string
  let path: string
  const opened: Store[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-sqlite-'))
    path = join(folder, 'test.db')
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(store => store.close()))
    rmSync(folder, { recursive: true })
  })

  async function open(file = path) {
    const store = await openStore(`sqlite:${file}`, [people])
    opened.push(store)
    return store.collection(people)
  }

  it('makes the folder that its file is to be in, for this user only', async () => {
    const file = join(folder, 'data', 'deep', 'latchkey.db')
    await open(file)
    expect(statSync(file).mode & 0o777).to.equal(0o600)
    expect(statSync(join(folder, 'data')).mode & 0o777).to.equal(0o700)
  })

  it('writes ahead, and syncs at each commit', async () => {
    await open()
    const db = new DatabaseSync(path)
    expect(db.prepare('PRAGMA journal_mode').get()).to.include({ journal_mode: 'wal' })
    db.close()
  })

  it('keeps indexed fields in bound columns beside the body', async () => {
    const collection = await open()
    await collection.insert(person('ada', { team: 'x', age: 36, active: true }))
    const db = new DatabaseSync(path)
    const row = db.prepare('SELECT * FROM people').get()
    expect(row).to.include({ id: 'ada', f_email: 'ada@example.com', f_team: 'x', f_age: 36, f_active: 1 })
    db.close()
  })

  it('reads every condition off an index', async () => {
    await open()
    const db = new DatabaseSync(path)
    const plan = (sql: string) =>
      db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(row => row.detail)
        .join('; ')
    const select = 'SELECT body FROM people WHERE'
    expect(plan(`${select} f_team = 'x' AND f_age = 1 AND id > 'a' ORDER BY f_age, id`)).to.match(/^SEARCH[^;]*$/)
    expect(plan(`${select} f_team = 'x' AND f_age > 1 ORDER BY f_age DESC, id DESC`)).to.match(/^SEARCH[^;]*$/)
    expect(plan(`${select} f_email = 'x'`)).to.match(/^SEARCH[^;]*$/)
    expect(plan(`SELECT body FROM people ORDER BY id`)).to.match(/^SCAN people USING INDEX[^;]*$/)
    db.close()
  })

  it('waits for the lock of another process without stopping the event loop', async () => {
    const collection = await open()
    await collection.insert(person('ada'))
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const write = collection.insert(person('bob'))
    // Were the loop stopped, the lock would never be given back: it is held by this very thread.
    for (let i = 0; i < 10; i++) await turn()
    expect(await collection.get('ada')).to.not.equal(undefined)
    expect(await collection.get('bob')).to.equal(undefined)
    other.exec('COMMIT')
    other.close()
    await write
    expect(await collection.get('bob')).to.not.equal(undefined)
  })

  it('gives up on a lock that is never given back, and recovers when it is', async () => {
    const collection = await open()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await Promise.all([
      expectRejection(collection.insert(person('ada')), Unavailable),
      expectRejection(collection.remove('bob'), Unavailable),
    ])
    other.exec('ROLLBACK')
    other.close()
    await collection.insert(person('ada'))
  })

  it('opens beside a process that is writing', async () => {
    await open()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    expect(await (await open()).get('ada')).to.equal(undefined)
    other.close()
  })

  it('answers the writes of one turn after one commit', async () => {
    const collection = await open()
    const other = new DatabaseSync(path, { readOnly: true })
    const commits = () => other.prepare('PRAGMA data_version').get()!.data_version as number
    const before = commits()
    await Promise.all(Array.from({ length: 20 }, (_, i) => collection.insert(person(`p${i}`))))
    expect(commits()).to.equal(before + 1)
    other.close()
  })

  it('refuses a file that is no database', async () => {
    writeFileSync(path, 'This is a letter to my aunt, and not a database at all. '.repeat(100))
    const { message } = await expectRejection(open(), CannotOpen)
    expect(message).to.match(/^the store sqlite:[^\n]* is not a database$/)
  })
})
