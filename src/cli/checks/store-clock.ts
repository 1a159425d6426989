import type { Config } from '../../lib/config/schema.ts'
import type { Clock } from './clock.ts'

/** Milliseconds. */
const PATIENCE = 3000

/** The clock of a MongoDB server. An embedded store has none of its own, and one that cannot be reached tells nothing. */
export async function storeClock({ store }: Config): Promise<Clock | undefined> {
  if (!store.startsWith('mongodb')) return undefined
  const { default: mongoose } = await import('mongoose')
  const connection = mongoose.createConnection(store, {
    serverSelectionTimeoutMS: PATIENCE,
    connectTimeoutMS: PATIENCE,
    socketTimeoutMS: PATIENCE,
  })
  try {
    await connection.asPromise()
    const asked = Date.now()
    // The older name of `hello`: every server knows it, and answers it without any privilege.
    const { localTime } = await connection.db!.admin().command({ isMaster: 1 })
    const answered = Date.now()
    if (!(localTime instanceof Date)) return undefined
    const precision = (answered - asked) / 2
    return { of: 'the store', theirs: localTime.getTime(), ours: (asked + answered) / 2, precision }
  } catch {
    // What is wrong with the store is the finding of another check.
    return undefined
  } finally {
    await connection.close().catch(() => undefined)
  }
}
