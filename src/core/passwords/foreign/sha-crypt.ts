import { encrypt } from 'unixcrypt'
import { bounded, isSame, type Format } from './format.ts'

const FORM = /^\$[56]\$(?:rounds=(\d+)\$)?[./A-Za-z0-9]{0,16}\$([./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})$/

/** The rounds where none are said. */
const USUAL_ROUNDS = 5000

/** SHA-crypt, as in /etc/shadow: `$5$` by SHA-256, `$6$` by SHA-512. */
export const shaCrypt: Format = stored => {
  const [found, rounds = USUAL_ROUNDS] = FORM.exec(stored) ?? []
  if (!found) return undefined
  bounded('the rounds of SHA-crypt', Number(rounds), 1_000_000)
  const at = stored.lastIndexOf('$')
  return password => {
    const made = encrypt(password, stored.slice(0, at))
    return isSame(Buffer.from(made.slice(made.lastIndexOf('$'))), Buffer.from(stored.slice(at)))
  }
}
