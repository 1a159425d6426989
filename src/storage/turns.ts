import { deadlineIn, PATIENCE } from './patience.ts'

/**
 * Lets the changes of one document by this process follow each other. They could only disturb one another: of 50
 * that read the same version, 49 would have to begin again.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` when all that came before it for `key` is done. Its deadline counts from now. */
  async take<R>(key: string, work: (deadline: number) => Promise<R>): Promise<R> {
    const deadline = deadlineIn(PATIENCE)
    const before = this.#last.get(key)
    const mine = before ? before.then(() => work(deadline)) : work(deadline)
    const done = mine.catch(() => undefined)
    this.#last.set(key, done)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}
