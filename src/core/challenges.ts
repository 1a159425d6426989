// What a method has asked, and waits for the answer to: a code that was sent, a nonce, a secret that is being set up.
// One for each attempt (or console session) and method, so that a new one ends the old one; used once, by one update.
import { createHmac, randomInt } from 'node:crypto'
import { z } from 'zod'
import { Refused } from '../lib/errors.ts'
import type { Declaration, Store } from '../storage/port.ts'

const challengeSchema = z.object({
  /** Of what it is bound to, the method and the purpose. */
  id: z.string(),
  /** Whom it was made for, or what stands for nobody's name; absent for somebody who is not known yet. */
  accountId: z.string().optional(),
  /** What the method needs to remember. No secret in the clear: `sealed` is what lib/seal.ts made. */
  data: z.record(z.string(), z.unknown()),
  /** Absent where there is no code. */
  codeHash: z.string().optional(),
  failures: z.number(),
  /** How often it was begun, the last time included. */
  times: z.number(),
  usedAt: z.number().optional(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  /** It counts for no longer than this. */
  endsAt: z.number(),
  /** It is kept a while longer, so that the page can say that it has expired. */
  expiresAt: z.number(),
})

export type Challenge = z.infer<typeof challengeSchema>

// Durable: what was used once stays used, whatever becomes of a volatile store.
export const challengeDeclaration: Declaration<Challenge> = {
  name: 'challenges',
  schema: challengeSchema,
  indexes: [{ fields: ['accountId'] }],
  expires: 'expiresAt',
}

/** What a challenge is bound to. */
export interface Bound {
  /** The id of the attempt, or of the console's session. */
  owner: string
  method: string
  /** A code that proves the person does not set something up, nor the other way round. */
  purpose: 'prove' | 'enrol'
  accountId?: string | undefined
}

const MAX_FAILURES = 5
const KEPT = 60 * 60 * 1000

export type Challenges = ReturnType<typeof createChallenges>

/** @param keys the newest first: they keep six digits from being found by trying them all against what is stored */
export function createChallenges(store: Store, { keys, ttl }: { keys: readonly Buffer[]; ttl: number }) {
  const challenges = store.collection(challengeDeclaration)
  const idOf = ({ owner, method, purpose }: Bound) => `${owner}:${method}:${purpose}`
  const hashes = (id: string, code: string) =>
    keys.map(key => createHmac('sha256', key).update(`${id}:${code}`).digest('base64url'))

  /** Makes a challenge, in the place of the one before. `lasts` in seconds; a code's lifetime unless given. */
  async function begin(
    bound: Bound,
    { data = {}, code, lasts = ttl }: { data?: Challenge['data']; code?: string; lasts?: number } = {},
  ): Promise<Challenge> {
    const id = idOf(bound)
    const now = Date.now()
    const endsAt = now + lasts * 1000
    const challenge = (times: number): Challenge => ({
      id,
      ...(bound.accountId ? { accountId: bound.accountId } : {}),
      data,
      ...(code ? { codeHash: hashes(id, code)[0]! } : {}),
      failures: 0,
      times,
      createdAt: now,
      endsAt,
      expiresAt: endsAt + KEPT,
    })
    return (await challenges.upsert(id, known => challenge((known && isOf(known, bound) ? known.times : 0) + 1)))!
  }

  /** The challenge, if it still counts and is this account's. */
  async function find(bound: Bound): Promise<Challenge | undefined> {
    const known = await challenges.get(idOf(bound))
    return known && counts(known, bound, Date.now()) ? known : undefined
  }

  /** The challenge that was begun and not yet answered, also when its time is over: for a page to say what was sent. */
  async function begun(bound: Bound): Promise<Challenge | undefined> {
    const known = await challenges.get(idOf(bound))
    return known && isOf(known, bound) ? known : undefined
  }

  /** Uses it up: of parallel callers one gets it. Undefined when it does not count, or was used. */
  function take(bound: Bound): Promise<Challenge | undefined> {
    const now = Date.now()
    return challenges.update(idOf(bound), known => (counts(known, bound, now) ? { ...known, usedAt: now } : undefined))
  }

  /**
   * Counts the try and compares in one update, so that parallel guesses are all counted, and a right code counts once.
   * @throws Refused `code.none`, `code.expired`, `code.too_many`, `code.wrong`
   */
  async function takeByCode(bound: Bound, typed: string): Promise<Challenge> {
    const now = Date.now()
    const id = idOf(bound)
    const tried = hashes(id, digitsOf(typed))
    const matches = (known: Challenge) => known.codeHash !== undefined && tried.includes(known.codeHash)
    const answered = await challenges.update(id, known => {
      if (!counts(known, bound, now) || known.failures >= MAX_FAILURES) return undefined
      return matches(known) ? { ...known, usedAt: now } : { ...known, failures: known.failures + 1 }
    })
    if (answered?.usedAt === now && matches(answered)) return answered
    throw answered ? wrongCode() : whyNot(await challenges.get(id), bound, now)
  }

  /** Takes it back, also when its time is over: nothing is on its way, or something else is wanted. */
  async function cancel(bound: Bound): Promise<void> {
    await challenges.update(idOf(bound), known => (isOf(known, bound) ? { ...known, usedAt: Date.now() } : undefined))
  }

  return { begin, find, begun, take, cancel, takeByCode }
}

/** Six digits, each as likely. */
export function newCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

/** A code as people type it: `123 456`, `123-456`. */
export function digitsOf(typed: string): string {
  return typed.replace(/[\s-]/g, '').slice(0, 100)
}

function isOf(known: Challenge, { accountId }: Bound): boolean {
  return known.usedAt === undefined && known.accountId === accountId
}

function counts(known: Challenge, bound: Bound, now: number): boolean {
  return isOf(known, bound) && known.endsAt > now
}

function wrongCode(): Refused {
  return new Refused('code.wrong', { field: 'code' })
}

function whyNot(known: Challenge | undefined, bound: Bound, now: number): Refused {
  const refused = (code: string) => new Refused(code, { field: 'code' })
  if (!known || !isOf(known, bound)) return refused('code.none')
  if (known.endsAt <= now) return refused('code.expired')
  return refused('code.too_many')
}
