import { newId } from '../../lib/ids.ts'

/**
 * What is written in the place of an account's id about a name that is nobody's; no two are the same. Were it left out, the
 * indexes would be written to in one place for whoever is nobody and all over for whoever is somebody, which costs the more
 * pages: the time of the answer would tell.
 */
export function nobodysId(): string {
  return `nobody:${newId()}`
}
