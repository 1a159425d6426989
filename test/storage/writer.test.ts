import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Unavailable } from '../../src/storage/port.ts'
import { Connection } from '../../src/storage/sqlite/connection.ts'
import { Writer } from '../../src/storage/sqlite/writer.ts'
import { expectRejection } from '../contract/expect-rejection.ts'

describe('the writer of a disk that fails', () => {
  let folder: string
  let connection: Connection

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-writer-'))
    connection = new Connection(join(folder, 'test.db'))
    connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER)')
  })
  afterEach(() => {
    connection.close()
    rmSync(folder, { recursive: true })
  })

  const insert = () => connection.prepare('INSERT INTO t VALUES (1)').run()

  it('answers no write as done that may not have reached it, nor any that comes after', async () => {
    let syncs = 0
    const writer = new Writer(
      connection,
      () => (++syncs === 2 ? Promise.reject(new Error('EIO')) : Promise.resolve()),
      () => {},
    )
    await writer.write(insert)
    const { message } = await expectRejection(writer.write(insert), Unavailable)
    expect(message).to.include('restart')
    // The kernel has forgotten what it could not write: this sync would succeed.
    await expectRejection(writer.write(insert), Unavailable)
    expect(syncs).to.equal(2)
  })

  it('does nothing for one whom nobody waits for any more', async () => {
    let release = () => {}
    const syncing = new Promise<void>(resolve => (release = resolve))
    const writer = new Writer(
      connection,
      () => syncing,
      () => {},
    )
    const first = writer.write(insert)
    await new Promise(resolve => setImmediate(resolve))
    const { now } = performance
    const late = writer.write(insert)
    performance.now = () => now.call(performance) + 60_000
    try {
      release()
      await first
      await expectRejection(late, Unavailable)
    } finally {
      performance.now = now
    }
    expect(connection.prepare('SELECT count(*) AS n FROM t').get()).to.include({ n: 1 })
  })
})
