import type { Config } from '../../lib/config/schema.ts'
import { createSealer, UnsealError } from '../../lib/seal.ts'
import { createKeyRing, keyDeclaration } from '../../oidc/keys/keys.ts'
import { longestLife } from '../../oidc/provider/lifetimes.ts'
import type { Store } from '../../storage/port.ts'
import { ok, problem, reasonOf, type Finding } from './finding.ts'

/** Whether the keys in the store open under LATCHKEY_SECRETS. Makes none: that is for the first start. */
export async function checkKeys(config: Config, store: Store): Promise<Finding> {
  try {
    if (!(await store.collection(keyDeclaration).get('signing')))
      return ok('keys', 'none yet: the first start makes them')
    const ring = createKeyRing(store, createSealer(config.secrets), { keepFor: longestLife(config) })
    await ring.load()
    const types = (await ring.list()).filter(({ state }) => state === 'signing').map(({ type }) => type)
    return ok('keys', `open under LATCHKEY_SECRETS; ${types.join(', ')} sign`)
  } catch (error) {
    const todo =
      error instanceof UnsealError
        ? 'Put the secret that they were sealed under back into LATCHKEY_SECRETS, behind the new one.'
        : 'See what is wrong with the store.'
    return problem('keys', `cannot be opened: ${reasonOf(error)}`, todo)
  }
}
