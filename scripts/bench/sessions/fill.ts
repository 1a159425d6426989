// Signs people in by the thousand: one really does, and the others get what that left, with cookies and tokens of their own.
import { personOf } from '../../../src/cli/seed/people.ts'
import { newSecret, sha256 } from '../../../src/lib/ids.ts'
import { deriveKeys } from '../../../src/lib/seal.ts'
import { createCookieKeys } from '../../../src/lib/web/browser/cookie-keys.ts'
import { signInSteps, walk } from '../cases/flow.ts'
import { Browser } from '../load/browser.ts'
import { openInProcess, type InProcess } from '../servers/in-process.ts'
import type { Stocked } from '../servers/stock.ts'
import type { SignedIn } from '../servers/target.ts'
import { createCloner, type Written } from './clone.ts'
import { insertAll } from './insert.ts'

const SESSION = 'latchkey_session'
const AT_ONCE = 20_000

/** Accounts and credentials are there already. */
const OF_PEOPLE = new Set(['accounts', 'credentials'])

/** Signs the first `count` people in, and notes them in `stocked`. */
export async function fillSessions(stocked: Stocked, count: number): Promise<void> {
  const running = await openInProcess(stocked)
  try {
    const { real, signInAs } = await learnSignIn(running, cookieSigner(stocked.env.LATCHKEY_SECRETS!))
    stocked.signedIn = [real]
    for (let first = 2; first <= count; first += AT_ONCE) {
      const size = Math.min(AT_ONCE, count + 1 - first)
      const made = Array.from({ length: size }, (_, at) => signInAs(first + at))
      await insertAll(
        running.store,
        made.flatMap(({ documents }) => documents),
      )
      for (const { signedIn } of made) stocked.signedIn.push(signedIn)
    }
  } finally {
    await running.close()
  }
}

interface Learnt {
  /** The first person, who really signed in. */
  real: SignedIn
  /** The same for another person; nothing is written yet. */
  signInAs(person: number): { signedIn: SignedIn; documents: Written[] }
}

/** @throws Error when a sign-in leaves other things than this relies on */
async function learnSignIn({ app, target, writtenBy }: InProcess, sign: (cookie: string) => string): Promise<Learnt> {
  const browser = new Browser(target.origin)
  let real: SignedIn | undefined
  const written = await writtenBy(async () => {
    real = await walk(target.origin, signInSteps(target, browser, 1))
    await app.postbox.settled()
  })
  const { accessToken, refreshToken } = real!
  const cookie = browser.cookie(SESSION) ?? ''
  if (sign(cookie) !== browser.cookie(`${SESSION}.sig`)) throw new Error('session cookies are not signed as expected')

  const left = written.filter(({ collection }) => !OF_PEOPLE.has(collection))
  const text = JSON.stringify(left)
  const hashes = [cookie, accessToken, refreshToken].map(sha256)
  if (!hashes.every(hash => text.includes(hash))) throw new Error('a sign-in left nothing under a secret’s hash')

  const accountId = personOf(1, '').account.id
  const clone = createCloner(left, [accountId])
  return {
    real: real!,
    signInAs(person) {
      const own = [newSecret(), like(accessToken), like(refreshToken)] as const
      const [ownCookie, ownAccess, ownRefresh] = own
      const replaced = own.map((secret, at) => [hashes[at]!, sha256(secret)] as const)
      const documents = clone(new Map([[accountId, personOf(person, '').account.id], ...replaced]))
      const theirs = new Browser(target.origin)
      theirs.set(SESSION, ownCookie)
      theirs.set(`${SESSION}.sig`, sign(ownCookie))
      return { signedIn: { browser: theirs, accessToken: ownAccess, refreshToken: ownRefresh }, documents }
    },
  }
}

/** Another token of the same kind and time. */
function like(token: string): string {
  const secret = newSecret()
  return token.slice(0, -secret.length) + secret
}

function cookieSigner(secret: string): (cookie: string) => string {
  const keys = createCookieKeys(deriveKeys([secret], 'cookies'))
  return cookie => keys.sign(`${SESSION}=${cookie}`)
}
