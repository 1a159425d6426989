// Back-channel logouts that are still to be told to apps (OpenID Connect Back-Channel Logout 1.0). They wait in the store,
// so that whichever process is there can tell them, and an app that is down hears of it later.
import { z } from 'zod'
import { sha256 } from '../../lib/ids.ts'
import type { Declaration, Store } from '../../storage/port.ts'

const logoutSchema = z.object({
  id: z.string(),
  clientId: z.string(),
  accountId: z.string(),
  /** The session as this app knows it. */
  sid: z.string().optional(),
  tries: z.number(),
  /** Epoch milliseconds. */
  nextAt: z.number(),
  expiresAt: z.number(),
})

export type Logout = z.infer<typeof logoutSchema>

export const logoutDeclaration: Declaration<Logout> = {
  name: 'logouts',
  schema: logoutSchema,
  indexes: [{ fields: ['nextAt'] }],
  expires: 'expiresAt',
}

/** After this an app that never answered is not told any more; its tokens are dead all the same. Milliseconds. */
const KEPT = 24 * 60 * 60 * 1000
/** Whoever takes a logout up has this long before another may. Milliseconds. */
const TAKEN = 30_000

export type Logouts = ReturnType<typeof createLogouts>

/** @param onQueued called when one was put in, so that this process may tell the app at once */
export function createLogouts(store: Store, onQueued: () => void = () => {}) {
  const logouts = store.collection(logoutDeclaration)
  return {
    /** Parallel ends of one session are one logout: it is named by what it tells. */
    async queue(wanted: Pick<Logout, 'clientId' | 'accountId' | 'sid'>): Promise<void> {
      const now = Date.now()
      const id = sha256(JSON.stringify([wanted.clientId, wanted.accountId, wanted.sid]))
      await logouts.upsert(id, known => known ?? { id, ...wanted, tries: 0, nextAt: now, expiresAt: now + KEPT })
      onQueued()
    },

    /** Takes up those that are due: of parallel callers each gets others. */
    async due(limit: number): Promise<Logout[]> {
      const now = Date.now()
      const { items } = await logouts.list({ nextAt: { lte: now } }, { limit })
      const taken = await Promise.all(
        items.map(({ id }) =>
          logouts.update(id, known =>
            known.nextAt <= now ? { ...known, tries: known.tries + 1, nextAt: now + TAKEN } : undefined,
          ),
        ),
      )
      return taken.filter(logout => logout !== undefined)
    },

    done: (id: string): Promise<boolean> => logouts.remove(id),

    /** Waits longer after each try: 30 s, 1 min, 2 min, … an hour at the most. */
    async failed({ id, tries }: Logout): Promise<void> {
      const wait = Math.min(TAKEN * 2 ** (tries - 1), 60 * 60 * 1000)
      await logouts.update(id, known => ({ ...known, nextAt: Date.now() + wait }))
    },
  }
}
