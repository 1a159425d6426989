import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { isBusy, translate } from './errors.ts'

/** One connection to the file. SQLite itself never waits for a lock here: that would stop the event loop. */
export class Connection {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

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
   * Runs `work`, again as long as another process holds the lock that it needs.
   * @throws Unavailable after so many milliseconds, or when the store fails
   */
  async patiently<R>(work: () => R, milliseconds = PATIENCE): Promise<R> {
    const deadline = deadlineIn(milliseconds)
    for (let tries = 0; ; tries++) {
      try {
        return work()
      } catch (error) {
        if (!isBusy(error) || isPast(deadline)) throw translate(error)
      }
      await pause(tries)
    }
  }

  close(): void {
    if (!this.#db.isOpen) return
    this.#statements.clear()
    this.#db.close()
  }
}
