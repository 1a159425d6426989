// The groups that an account is in. They are for apps, which get them as a claim: nothing here is decided by them.
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'

/** In a token there is room for so many. */
const MOST = 50

export const groupSchema = z.string().regex(/^[\w.:-]{1,100}$/)
export const groupsSchema = z.array(groupSchema).max(MOST)

/** @throws Refused `groups.many` */
export function withGroups(
  known: readonly string[],
  added: readonly string[],
  removed: readonly string[] = [],
): string[] {
  const groups = [...new Set([...known, ...added])].filter(group => !removed.includes(group))
  if (groups.length > MOST) throw new Refused('groups.many', { values: { most: MOST } })
  return groups
}
