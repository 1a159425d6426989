import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { isBusy, translate } from './errors.ts'

/** One connection to the file. SQLite itself never waits for a lock here: that would stop the event loop. */
export class Connection {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #revision: number | undefined

  constructor(path: string, { readOnly = false } = {}) {
    this.#db = new DatabaseSync(path, { timeout: 0, readOnly })
  }

  /** The statement, prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)))
    return statement
  }

  /** Runs statements that are needed once, such as the schema's. */
  exec(sql: string): void {
    this.#db.exec(sql)
  }

  /** Runs `work` between BEGIN IMMEDIATE and COMMIT; when anything throws, nothing of it has happened. */
  transact<R>(work: () => R): R {
    this.#endReading()
    this.prepare('BEGIN IMMEDIATE').run()
    try {
      const result = work()
      this.prepare('COMMIT').run()
      return result
    } catch (error) {
      // Some failures (a full disk, say) have ended the transaction already.
      if (this.#db.isTransaction) this.prepare('ROLLBACK').run()
      throw error
    }
  }

  /** Lets `work` fail without taking the transaction that it is part of along. */
  nested<R>(work: () => R): R {
    this.prepare('SAVEPOINT part').run()
    try {
      return work()
    } catch (error) {
      if (this.#db.isTransaction) this.prepare('ROLLBACK TO part').run()
      throw error
    } finally {
      if (this.#db.isTransaction) this.prepare('RELEASE part').run()
    }
  }

  /**
   * Runs `work`, which only reads. The reads of one turn of the event loop share a transaction, as taking the lock and
   * giving it back costs as much as most of them; what was written before the turn began is seen.
   * @throws Unavailable
   */
  read<R>(work: () => R): Promise<R> {
    return this.patiently(() => {
      this.beginReading()
      return work()
    })
  }

  beginReading(): void {
    if (this.#db.isTransaction) return
    this.prepare('BEGIN').run()
    setImmediate(this.#endReading)
  }

  readonly #endReading = (): void => {
    if (this.#db.isOpen && this.#db.isTransaction) this.prepare('COMMIT').run()
  }

  /**
   * A number that is another one once any other connection, of this process or not, has committed anything before the
   * present turn of the event loop.
   */
  revision(): number {
    if (this.#revision === undefined) {
      this.#revision = this.prepare('PRAGMA data_version').get()!.data_version as number
      setImmediate(this.#forgetRevision)
    }
    return this.#revision
  }

  readonly #forgetRevision = (): void => {
    this.#revision = undefined
  }

  /**
   * Runs `work`, again as long as another process holds the lock that it needs.
   * @throws Unavailable after so many milliseconds, or when the store fails
   */
  patiently<R>(work: () => R, milliseconds = PATIENCE): Promise<R> {
    try {
      return Promise.resolve(work())
    } catch (error) {
      return isBusy(error) ? this.#again(work, milliseconds) : Promise.reject(translate(error))
    }
  }

  async #again<R>(work: () => R, milliseconds: number): Promise<R> {
    const deadline = deadlineIn(milliseconds)
    for (let tries = 0; ; tries++) {
      await pause(tries)
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || isPast(deadline)) throw translate(error)
      }
    }
  }

  close(): void {
    if (!this.#db.isOpen) return
    this.#endReading()
    this.#statements.clear()
    this.#revision = undefined
    this.#db.close()
  }
}
