import { compareSync } from 'bcryptjs'
import { bounded, type Format } from './format.ts'

// Not $2x$: it stands for hashes by an implementation that was broken.
const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/

/** bcrypt, which looks at the first 72 bytes of a password. */
export const bcrypt: Format = stored => {
  const [, cost] = FORM.exec(stored) ?? []
  if (!cost) return undefined
  bounded('the cost of bcrypt', Number(cost), 15, 4)
  return password => compareSync(password, stored)
}
