import { createBounded, type BoundedState } from '../../lib/bounded.ts'
import type { Tracing } from '../../lib/tracing/tracing.ts'
import { hash, verify, verifyForeign } from './hash-threads.ts'

// OWASP's argon2id minimum: 19 MiB, two passes, one lane. argon2id is the library's default algorithm.
export const HASH_PARAMETERS = { memoryCost: 19456, timeCost: 2, parallelism: 1 }
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$'

export interface Hasher {
  hash(password: string): Promise<string>
  /**
   * Compares with `stored`, which may be another program's, or, for nobody's password, spends the same time and answers
   * false; so it is for what is no hash.
   */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with other parameters than today's, or by another program. */
  isOutdated(stored: string): boolean
  state(): BoundedState
}

interface HasherOptions {
  width: number
  queue: number
  /** Told of each hash how long it waited for its turn, and how long it took: seconds. */
  ended?: (waited: number, took: number) => void
}

/**
 * Hashes passwords by argon2id, as many at once as `width`; more than `queue` waiting are refused with 503, so that
 * hashing never starves the rest. Passwords are compared in NFKC (NIST SP 800-63B-4, section 3.1.1.2).
 */
export function createHasher({ width, queue, ended }: HasherOptions): Hasher {
  const bounded = createBounded(width, queue, ended)
  const hashed = (password: string) => bounded(() => hash(password.normalize('NFKC'), HASH_PARAMETERS))
  // Made once, when first needed: what an unknown account's password is compared with.
  let nobody: Promise<string> | undefined
  const nobodys = () =>
    (nobody ??= hash('a password that nobody has', HASH_PARAMETERS).catch((error: unknown) => {
      // Kept, it would tell for ever who has no account.
      nobody = undefined
      throw error
    }))

  /** A wrong one takes as long as a hash of ours at least: what was once hashed quickly is not to be told by the time. */
  async function verifyOther(stored: string, password: string): Promise<boolean> {
    const ours = await nobodys()
    return bounded(
      async () =>
        (await verifyForeign(stored, password)) || ((await verify(ours, password.normalize('NFKC'))) && false),
    )
  }

  return {
    hash: hashed,
    async verify(stored, password) {
      if (stored !== undefined && isOutdated(stored)) return verifyOther(stored, password)
      // Not bounded: were it refused when too many wait, it would be refused for ever.
      const against = stored ?? (await nobodys())
      const matches = await bounded(() => verify(against, password.normalize('NFKC')))
      return matches && stored !== undefined
    },
    isOutdated,
    state: bounded.state,
  }
}

function isOutdated(stored: string): boolean {
  return !stored.startsWith(CURRENT)
}

/** The same, with each hash that a request waits for in a span. */
export function traceHasher(hasher: Hasher, tracing: Tracing): Hasher {
  return {
    ...hasher,
    hash: password => tracing.step('password hash', {}, () => hasher.hash(password)),
    verify: (stored, password) => tracing.step('password verify', {}, () => hasher.verify(stored, password)),
  }
}
