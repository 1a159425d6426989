// Signs people in by the thousand: one really does, and the others get what that left, with cookies and tokens of their own.
import { createHmac } from 'node:crypto'
import { personOf } from '../../../src/cli/seed-people.ts'
import { newSecret, sha256 } from '../../../src/lib/ids.ts'
import { deriveKeys } from '../../../src/lib/seal.ts'
import { signInSteps, walk } from '../cases/flow.ts'
import { Browser } from '../load/browser.ts'
import type { Stocked } from '../servers/stock.ts'
import type { SignedIn } from '../servers/target.ts'
import { createCloner } from './clone.ts'
import { openInProcess } from '../servers/in-process.ts'
import { insertAll } from './insert.ts'

const SESSION = 'latchkey_session'
const AT_ONCE = 20_000

/** Accounts and credentials are there already. */
const OF_PEOPLE = new Set(['accounts', 'credentials'])

/** Signs the first `count` people in, and notes them in `stocked`. */
export async function fillSessions(stocked: Stocked, count: number): Promise<void> {
  const { app, target, store, writtenBy, close } = await openInProcess(stocked)
  try {
    const browser = new Browser(target.origin)
    let real: SignedIn | undefined
    const written = await writtenBy(async () => {
      real = await walk(target.origin, signInSteps(target, browser, 1))
      await app.postbox.settled()
    })
    if (!real) throw new Error('nobody was signed in')
    const cookie = browser.cookie(SESSION) ?? ''
    const sign = cookieSigner(stocked.env.LATCHKEY_SECRETS!)
    if (sign(cookie) !== browser.cookie(`${SESSION}.sig`)) throw new Error('session cookies are not signed as expected')

    const accountId = personOf(1, '').account.id
    const left = written.filter(({ collection }) => !OF_PEOPLE.has(collection))
    for (const secret of [cookie, real.accessToken, real.refreshToken]) {
      if (!JSON.stringify(left).includes(sha256(secret)))
        throw new Error('a sign-in left no document under a secret’s hash')
    }
    const clone = createCloner(left, [accountId])

    stocked.signedIn = [real]
    for (let first = 2; first <= count; first += AT_ONCE) {
      const documents = []
      for (let number = first; number < Math.min(first + AT_ONCE, count + 1); number += 1) {
        const made: SignedIn = {
          browser: new Browser(target.origin),
          accessToken: newSecret(),
          refreshToken: newSecret(),
        }
        const own = newSecret()
        const known = new Map([
          [accountId, personOf(number, '').account.id],
          [sha256(cookie), sha256(own)],
          [sha256(real.accessToken), sha256(made.accessToken)],
          [sha256(real.refreshToken), sha256(made.refreshToken)],
        ])
        made.browser.set(SESSION, own)
        made.browser.set(`${SESSION}.sig`, sign(own))
        documents.push(...clone(known))
        stocked.signedIn.push(made)
      }
      await insertAll(store, documents)
    }
  } finally {
    await close()
  }
}

/** As the `cookies` package signs: HMAC-SHA-1 of name=value by the newest key, in base64url. */
function cookieSigner(secret: string): (value: string) => string {
  const key = deriveKeys([secret], 'cookies')[0]!.toString('base64url')
  return value => createHmac('sha1', key).update(`${SESSION}=${value}`).digest('base64url')
}
