import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { people, person } from '../contract/samples.ts'

const MB = 1024 * 1024
/** At 16 MB the log is begun anew; more is written meanwhile, the more the slower the disk. */
const BOUND = 64 * MB

describe('the write-ahead log of the sqlite engine', () => {
  let folder: string
  let path: string
  let store: Store
  let written = 0

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-checkpoints-'))
    path = join(folder, 'test.db')
    store = await openStore(`sqlite:${path}`, [people])
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  /** Writers who never pause, as long as `goOn` says. */
  async function write(goOn: () => boolean): Promise<void> {
    const collection = store.collection(people)
    const email = 'x'.repeat(4000)
    async function writer(): Promise<void> {
      while (goOn()) {
        written += 1
        await collection.insert(person(`p${written}`, { email: `${written}${email}` }))
      }
    }
    await Promise.all(Array.from({ length: 40 }, writer))
  }

  const logSize = () => statSync(`${path}-wal`).size

  it('stays small under writes that never pause', async () => {
    let largest = 0
    await write(() => {
      largest = Math.max(largest, logSize())
      return statSync(path).size < 2 * BOUND
    })
    expect(largest).to.be.below(BOUND)
  })

  it('grows while somebody reads for long, without stopping the writers, and is begun anew afterwards', async () => {
    const reader = new DatabaseSync(path)
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM people').get()
    await write(() => logSize() < BOUND)
    reader.exec('COMMIT')
    const pages = () => reader.prepare('PRAGMA wal_checkpoint(NOOP)').get()!.log as number
    const before = pages()
    await write(() => pages() >= before)
    reader.close()
  })

  it('is gone when the store is closed', async () => {
    const end = written + 12_000
    await write(() => written < end)
    await store.close()
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).to.equal(undefined)
  })
})
