// Group commit. The writes that wait share one transaction, and are answered when it is on the disk: one fsync makes them
// all durable. The fsync is not SQLite's own, at COMMIT, for which the event loop would stand still, but one of the
// thread pool's behind it; what comes in meanwhile makes up the next transaction.
import { backoff, deadlineIn, isPast, PATIENCE } from '../patience.ts'
import { Unavailable } from '../port.ts'
import type { Connection } from './connection.ts'
import { isBusy, isFailure, translate } from './errors.ts'

interface Write {
  run: () => unknown
  answer: (outcome: Outcome) => void
  deadline: number
}

type Outcome = { value: unknown } | { error: unknown }

// So that one transaction holds the event loop for some milliseconds at the most.
const MAX_BATCH = 500
const MAX_WAITING = 10_000

export class Writer {
  readonly #connection: Connection
  readonly #sync: (() => Promise<void>) | undefined
  readonly #committed: () => void
  #waiting: Write[] = []
  #scheduled = false
  #syncing = false
  #tries = 0
  #closed = false
  #held = false
  /** The kernel forgets what it could not write: a later sync would succeed, over a gap. Only opening anew looks for it. */
  #broken: Unavailable | undefined

  /**
   * @param sync brings what was committed to the disk; undefined where nothing is kept there
   * @param committed called after each commit
   */
  constructor(connection: Connection, sync: (() => Promise<void>) | undefined, committed: () => void) {
    this.#connection = connection
    this.#sync = sync
    this.#committed = committed
  }

  /**
   * Runs `run` in the next transaction and answers once that is on the disk. When `run` throws, its neighbours' writes
   * stand; it may run more than once.
   * @throws Unavailable
   */
  write<R>(run: () => R): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#closed) throw new Unavailable('the store is closed')
      if (this.#broken) throw this.#broken
      if (this.#waiting.length >= MAX_WAITING) throw new Unavailable('too many writes are waiting')
      const answer = (outcome: Outcome) => ('value' in outcome ? resolve(outcome.value as R) : reject(outcome.error))
      this.#waiting.push({ run, answer, deadline: deadlineIn(PATIENCE) })
      this.#schedule()
    })
  }

  /** Whether all that was committed is on the disk. */
  get isSettled(): boolean {
    return !this.#syncing
  }

  /** Lets writes wait until `resume`. */
  hold(): void {
    this.#held = true
  }

  resume(): void {
    this.#held = false
    this.#schedule()
  }

  /** Lets the writes that wait finish, and takes no more. */
  async close(): Promise<void> {
    if (this.#closed) return
    const last = this.write(() => undefined)
    this.#closed = true
    await last.catch(() => undefined)
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing || this.#held || this.#waiting.length === 0) return
    this.#scheduled = true
    if (this.#tries === 0) setImmediate(() => this.#flush())
    else setTimeout(() => this.#flush(), backoff(this.#tries))
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#held) return
    const batch = this.#waiting.splice(0, MAX_BATCH).filter(inTime)
    if (batch.length === 0) return this.#schedule()
    try {
      const outcomes = this.#connection.transact(() => batch.map(attempt))
      this.#tries = 0
      this.#committed()
      if (this.#sync) this.#answerOnceSynced(this.#sync, batch, outcomes)
      else batch.forEach((write, i) => write.answer(outcomes[i]!))
    } catch (error) {
      if (isBusy(error)) this.#wait(batch, error)
      else batch.forEach(write => write.answer({ error: translate(error) }))
    }
    this.#schedule()
  }

  #answerOnceSynced(sync: () => Promise<void>, batch: Write[], outcomes: Outcome[]): void {
    this.#syncing = true
    const failed = (cause: unknown) => {
      const error = new Unavailable(
        'the disk did not take what was written: restart Latchkey, which then looks what is there',
        { cause },
      )
      this.#broken = error
      for (const write of [...batch, ...this.#waiting.splice(0)]) write.answer({ error })
    }
    void sync()
      .then(() => batch.forEach((write, i) => write.answer(outcomes[i]!)), failed)
      .finally(() => {
        this.#syncing = false
        this.#schedule()
      })
  }

  /** Another process is writing: in line again, but not for longer than a caller can wait. */
  #wait(batch: Write[], error: unknown): void {
    this.#tries++
    const waiting = [...batch, ...this.#waiting]
    this.#waiting = waiting.filter(write => !isPast(write.deadline))
    for (const write of waiting) if (isPast(write.deadline)) write.answer({ error: translate(error) })
  }
}

/** Nobody waits any more for one that the disk or another process has held up for too long. */
function inTime(write: Write): boolean {
  if (!isPast(write.deadline)) return true
  write.answer({ error: new Unavailable('the store did not answer in time') })
  return false
}

function attempt({ run }: Write): Outcome {
  try {
    return { value: run() }
  } catch (error) {
    if (isFailure(error)) throw error
    return { error }
  }
}
