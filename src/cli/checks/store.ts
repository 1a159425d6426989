import { counterDeclaration } from '../../core/limits/limits.ts'
import type { Config } from '../../lib/config/schema.ts'
import { newId } from '../../lib/ids.ts'
import { declarations } from '../../oidc/declarations.ts'
import { durableAmong } from '../../storage/layers/joined.ts'
import { openStore } from '../../storage/open.ts'
import type { Store } from '../../storage/port.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'

/** Opens the store, pings it, and writes, reads and removes a document. @returns the store too, when it can be used */
export async function checkStore(config: Config): Promise<{ finding: Finding; store?: Store }> {
  let store: Store | undefined
  try {
    store = await openStore(config.store, durableAmong(declarations, config.redis))
    await store.ping()
    await roundTrip(store)
    return { finding: describe(config), store }
  } catch (error) {
    await store?.close()
    const todo = config.store.startsWith('sqlite:')
      ? 'Check that the file of LATCHKEY_STORE can be written to, that the disk is not full, and that no other program holds it.'
      : 'Check LATCHKEY_STORE: the host, the port, the user and the password; and that the server runs.'
    return { finding: problem('store', reasonOf(error), todo) }
  }
}

async function roundTrip(store: Store): Promise<void> {
  // A counter that nothing counts: should the process die in between, it expires.
  const counters = store.collection(counterDeclaration)
  const id = `doctor:${newId()}`
  const windowEndsAt = Date.now() + 60_000
  await counters.insert({ id, count: 0, windowEndsAt, expiresAt: windowEndsAt })
  const found = await counters.get(id)
  const removed = await counters.remove(id)
  if (!found || !removed) throw new Error('what was written to the store was not there when it was read')
}

function describe({ store }: Config): Finding {
  if (store === 'sqlite::memory:') {
    const todo = 'Set LATCHKEY_STORE to sqlite:PATH, or to mongodb://…, to keep anything.'
    return warning('store', 'is in memory: a restart loses everything, and commands do not see it', todo)
  }
  const [scheme] = store.split(':')
  return ok('store', `${scheme} answers; a document was written, read and removed`)
}
