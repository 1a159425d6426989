// Sign-ins to a console that are under way: where each leads to. One document a tab, used once.
import { z } from 'zod'
import { sha256 } from '../../lib/ids.ts'
import type { Declaration, Store } from '../../storage/port.ts'
import { keptFormSchema } from './sessions.ts'

/** The proof that a page asks for: not older than so many seconds, and of this `acr` at least. */
export const proofNeedSchema = z.object({ seconds: z.number(), acr: z.string() })

const consoleLoginSchema = z.object({
  /** SHA-256 of the `state`. */
  id: z.string(),
  clientId: z.string(),
  /** SHA-256 of the secret in the cookie of the browser in which it began. */
  browser: z.string(),
  /** A path of ours. */
  returnTo: z.string(),
  /** Who was signed in to the console: what they typed is handed to nobody else. */
  accountId: z.string().optional(),
  need: proofNeedSchema.optional(),
  kept: keptFormSchema.optional(),
  expiresAt: z.number(),
})

export type ConsoleLogin = z.infer<typeof consoleLoginSchema>
export type ProofNeed = z.infer<typeof proofNeedSchema>

export const consoleLoginDeclaration: Declaration<ConsoleLogin> = {
  name: 'consoleLogins',
  schema: consoleLoginSchema,
  expires: 'expiresAt',
  volatile: true,
}

export type ConsoleLogins = ReturnType<typeof createConsoleLogins>

export function createConsoleLogins(store: Store) {
  const logins = store.collection(consoleLoginDeclaration)
  return {
    /** @param ttl seconds */
    async begin(
      state: string,
      browserSecret: string,
      wanted: Omit<ConsoleLogin, 'id' | 'browser' | 'expiresAt'>,
      ttl: number,
    ): Promise<void> {
      const expiresAt = Date.now() + ttl * 1000
      await logins.insert({ id: sha256(state), browser: sha256(browserSecret), ...wanted, expiresAt })
    },

    /** The sign-in that this state began in this browser: of parallel callers, one gets it. */
    async take(state: string, browserSecret: string): Promise<ConsoleLogin | undefined> {
      const login = await logins.get(sha256(state))
      const own = login?.browser === sha256(browserSecret)
      return own && (await logins.remove(login.id)) ? login : undefined
    },
  }
}
