// The keys that sign tokens: one document, encrypted under LATCHKEY_SECRETS, made at the first start. The next key is
// published before it signs, and an old one stays published for as long as anything it signed may be shown to us.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'
import { Conflict, type Declaration, type Store } from '../../storage/port.ts'
import { UnsealError, type Sealer } from '../../lib/seal.ts'

const keySchema = z.object({
  kid: z.string(),
  /** The private JWK, sealed. */
  sealed: z.string(),
  type: z.string(),
  /** Epoch milliseconds. */
  signsFrom: z.number(),
  publishedUntil: z.number().optional(),
})
const ringSchema = z.object({ id: z.literal('signing'), revision: z.number(), keys: z.array(keySchema) })

type Key = z.infer<typeof keySchema>
type Ring = z.infer<typeof ringSchema>

export const keyDeclaration: Declaration<Ring> = { name: 'keys', schema: ringSchema, announced: true }

/** Long enough for every process and relying party to have seen a key before it signs. Milliseconds. */
export const PUBLISHED_BEFORE = 60_000

// One RSA key serves RS256 and PS256, so it names no algorithm.
export const KEY_TYPES = ['RS256', 'ES256', 'EdDSA'] as const

export interface SigningKeys {
  /** Changes whenever another key signs or is published. */
  version: string
  /** The signing key of each type first. */
  jwks: { keys: JWK[] }
}

export interface KeyFacts {
  kid: string
  type: string
  state: 'next' | 'signing' | 'published'
  signsFrom: string
  publishedUntil?: string
}

export type KeyRing = ReturnType<typeof createKeyRing>

/** `keepFor` (seconds): the longest life of anything that is signed, or that a hint may carry. */
export function createKeyRing(store: Store, sealer: Sealer, { keepFor }: { keepFor: number }) {
  const rings = store.collection(keyDeclaration)
  const opened = new Map<string, JWK>()

  async function newKeys(signsFrom: number): Promise<Key[]> {
    return Promise.all(KEY_TYPES.map(type => newKey(type, signsFrom)))
  }

  async function newKey(type: (typeof KEY_TYPES)[number], signsFrom: number): Promise<Key> {
    const { privateKey } = await generateKeyPair(type, { extractable: true, modulusLength: 2048 })
    const jwk = await exportJWK(privateKey)
    const kid = await calculateJwkThumbprint(jwk)
    return { kid, type, signsFrom, sealed: await sealer.seal(JSON.stringify({ ...jwk, kid, use: 'sig' })) }
  }

  /** The ring, made when there is none. Of two processes that start at once, the second takes the first's. */
  async function ring(): Promise<Ring> {
    const known = await rings.get('signing')
    if (known) return known
    const made: Ring = { id: 'signing', revision: 1, keys: await newKeys(Date.now()) }
    try {
      await rings.insert(made)
      return made
    } catch (error) {
      if (error instanceof Conflict) return (await rings.get('signing'))!
      throw error
    }
  }

  async function open(key: Key): Promise<JWK> {
    const known = opened.get(key.kid) ?? (JSON.parse(await sealer.unseal(key.sealed)) as JWK)
    opened.set(key.kid, known)
    return known
  }

  async function load(): Promise<SigningKeys> {
    const { keys, revision } = await ring()
    const now = Date.now()
    const ordered = published(keys, now).toSorted((one, other) => rank(other, now) - rank(one, now))
    return {
      version: `${revision}:${ordered.map(key => key.kid).join()}`,
      jwks: { keys: await Promise.all(ordered.map(open)) },
    }
  }

  /**
   * Publishes new keys now; they sign in a minute, in the place of today's.
   * @param announce writes the entry, before they are published, so that no act is without one
   * @returns the new keys' ids
   */
  async function rotate(announce: (kids: string[]) => Promise<void> = async () => {}): Promise<string[]> {
    await ring()
    const signsFrom = Date.now() + PUBLISHED_BEFORE
    const made = await newKeys(signsFrom)
    const kids = made.map(key => key.kid)
    await announce(kids)
    await rings.update('signing', known => ({
      ...known,
      revision: known.revision + 1,
      keys: [
        ...published(known.keys, Date.now()).map(key => ({
          ...key,
          publishedUntil: key.publishedUntil ?? signsFrom + keepFor * 1000,
        })),
        ...made,
      ],
    }))
    return kids
  }

  /**
   * When LATCHKEY_SECRETS was lost: drops the keys that cannot be opened any more, and makes new ones that sign at once.
   * What the lost ones signed cannot be verified any longer. @returns the new keys' ids; none when all could be opened
   */
  async function replaceLost(): Promise<string[]> {
    const { keys } = await ring()
    const lost = new Set<string>()
    for (const key of keys) if (!(await canOpen(key))) lost.add(key.kid)
    if (lost.size === 0) return []
    const made = await newKeys(Date.now())
    await rings.update('signing', known => ({
      ...known,
      revision: known.revision + 1,
      keys: [...known.keys.filter(key => !lost.has(key.kid)), ...made],
    }))
    return made.map(key => key.kid)
  }

  async function canOpen(key: Key): Promise<boolean> {
    try {
      return Boolean(await open(key))
    } catch (error) {
      if (error instanceof UnsealError) return false
      throw error
    }
  }

  async function list(): Promise<KeyFacts[]> {
    const { keys } = await ring()
    const now = Date.now()
    return published(keys, now).map(key => ({
      kid: key.kid,
      type: key.type,
      state: key.signsFrom > now ? 'next' : isNewest(key, keys, now) ? 'signing' : 'published',
      signsFrom: new Date(key.signsFrom).toISOString(),
      ...(key.publishedUntil ? { publishedUntil: new Date(key.publishedUntil).toISOString() } : {}),
    }))
  }

  return { load, rotate, replaceLost, list }
}

function published(keys: Key[], now: number): Key[] {
  return keys.filter(key => (key.publishedUntil ?? Infinity) > now)
}

/** Highest for what signs now: the newest of those that may, then older ones, then what is yet to sign. */
function rank(key: Key, now: number): number {
  return key.signsFrom <= now ? key.signsFrom : -key.signsFrom
}

function isNewest(key: Key, keys: Key[], now: number): boolean {
  return !keys.some(other => other.type === key.type && other.signsFrom <= now && other.signsFrom > key.signsFrom)
}
