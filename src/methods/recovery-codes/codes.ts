import { randomInt } from 'node:crypto'
import { sha256 } from '../../lib/ids.ts'

const HOW_MANY = 10
/** No vowels, and nothing that looks like something else: a code spells no word, and is read rightly off paper. */
const LETTERS = 'bcdfghjkmnpqrstvwxz23456789'
const LENGTH = 12

/** Codes of 57 random bits each, as people write them: `bcdf-ghjk-mnpq`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () =>
    Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)])
      .join('')
      .replace(/.{4}(?=.)/g, '$&-'),
  )
}

/** What is kept of a code. It is random enough for SHA-256; the account keeps equal codes apart. */
export function hashOf(accountId: string, typed: string): string {
  return sha256(
    `${accountId}:${typed
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .slice(0, 100)}`,
  )
}
