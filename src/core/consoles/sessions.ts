// Who is signed in to a console of ours, in one browser. It hangs on the provider's session that it came from, and is
// held against it on each request: ending that ends this, with nobody to be told.
import { z } from 'zod'
import { newSecret, sha256 } from '../../lib/ids.ts'
import type { Declaration, Store } from '../../storage/port.ts'
import { proofSchema } from '../signin/proof.ts'

/** A form that had to wait for a sign-in: what was typed, but for secrets, and where. */
export const keptFormSchema = z.object({ path: z.string(), fields: z.record(z.string(), z.string()) })

const consoleSessionSchema = z.object({
  /** SHA-256 of the cookie. */
  id: z.string(),
  /** The client id of the console. */
  clientId: z.string(),
  accountId: z.string(),
  /** The provider's session. */
  sessionUid: z.string(),
  /** Epoch milliseconds, as all times here. */
  createdAt: z.number(),
  /** Written at most once a minute. */
  lastSeenAt: z.number(),
  kept: keptFormSchema.optional(),
  /** What was proven in the console, by setting it up: it counts for the holder of this cookie alone. */
  proofs: z.array(proofSchema).optional(),
  expiresAt: z.number(),
})

export type ConsoleSession = z.infer<typeof consoleSessionSchema>
export type NewConsoleSession = Pick<ConsoleSession, 'clientId' | 'accountId' | 'sessionUid' | 'kept' | 'proofs'>
export type KeptForm = z.infer<typeof keptFormSchema>

export const consoleSessionDeclaration: Declaration<ConsoleSession> = {
  name: 'consoleSessions',
  schema: consoleSessionSchema,
  expires: 'expiresAt',
  volatile: true,
}

/** How long a session may live without use, and at most. Seconds. */
export interface ConsoleLifetimes {
  sessionIdleTtl: number
  sessionMaxTtl: number
}

const SEEN_EVERY = 60_000

export type ConsoleSessions = ReturnType<typeof createConsoleSessions>

export function createConsoleSessions(store: Store) {
  const sessions = store.collection(consoleSessionDeclaration)

  return {
    /** Makes one under a secret that nobody had before. @returns the secret, for the cookie alone */
    async start(wanted: NewConsoleSession, lifetimes: ConsoleLifetimes): Promise<string> {
      const secret = newSecret()
      const now = Date.now()
      const times = { createdAt: now, lastSeenAt: now }
      await sessions.insert({
        id: sha256(secret),
        ...wanted,
        ...times,
        expiresAt: endOf(times, lifetimes),
      })
      return secret
    },

    find: (secret: string): Promise<ConsoleSession | undefined> => sessions.get(sha256(secret)),

    end: (secret: string): Promise<boolean> => sessions.remove(sha256(secret)),

    /** Notes that it is in use. */
    async seen(session: ConsoleSession, lifetimes: ConsoleLifetimes): Promise<void> {
      const now = Date.now()
      if (now - session.lastSeenAt < SEEN_EVERY) return
      await sessions.update(session.id, known => {
        const seen = { ...known, lastSeenAt: now }
        return { ...seen, expiresAt: endOf(seen, lifetimes) }
      })
    },
  }
}

/** When it ends if it is not used again. By today's lifetimes, which may have become shorter since it began. */
export function endOf(
  { createdAt, lastSeenAt }: Pick<ConsoleSession, 'createdAt' | 'lastSeenAt'>,
  { sessionIdleTtl, sessionMaxTtl }: ConsoleLifetimes,
): number {
  return Math.min(lastSeenAt + sessionIdleTtl * 1000, createdAt + sessionMaxTtl * 1000)
}
