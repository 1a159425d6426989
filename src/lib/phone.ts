// Phone numbers in the one form that networks take: E.164. Whether a number exists and whose it is, only a code that
// arrives there can prove; so nothing here needs the tables of every country's number plan.
import { Refused } from './errors.ts'

/**
 * Numbering ranges that belong to no country: satellites, international premium and shared-cost services. A text message
 * to one may cost hundreds of times the usual price, and part of that goes to whoever rents the number.
 */
const NO_COUNTRY = ['+800', '+808', '+870', '+878', '+881', '+882', '+883', '+888', '+979']

/**
 * `+` and 7 to 15 digits from what was typed: spaces, hyphens, dots, brackets and a leading 00 are how people write it.
 * @throws Refused `phone.country_code`, `phone.invalid`, `phone.no_country`
 */
export function canonicalPhone(typed: string): string {
  const plain = typed
    .normalize('NFKC')
    // +44 (0)20 7946 0018: the bracketed 0 is only dialled within the country.
    .replace(/\(0\)/g, '')
    .replace(/[\p{White_Space}\p{Pd}./()\u00ad]/gu, '')
    .replace(/^00/, '+')
  const refuse = (code: string): never => {
    throw new Refused(code, { field: 'phone' })
  }
  if (/^\d+$/.test(plain)) return refuse('phone.country_code')
  if (!/^\+[1-9]\d{6,14}$/.test(plain)) return refuse('phone.invalid')
  if (NO_COUNTRY.some(range => plain.startsWith(range))) return refuse('phone.no_country')
  return plain
}

/** As its owner knows it and a stranger does not: the country's part and the last two digits. */
export function maskPhone(number: string): string {
  // In one line: no part of it says anything by itself.
  return `${number.slice(0, 3)}\u00a0•••\u00a0${number.slice(-2)}`
}
