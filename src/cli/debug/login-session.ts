// The session that a browser has when it begins, and whether it is at home there.
import type { Account } from '../../core/accounts/account.ts'
import type { PolicyForSignIn } from '../../core/policy/sign-in-policy.ts'
import { answerTo, jumpsBetween, type Jump, type SessionJump } from '../../core/sessions/jumps.ts'
import type { SignIn } from '../../core/sessions/signins.ts'
import { countryOf } from '../../lib/country.ts'
import { describeBrowser } from '../../lib/web/browser/describe-browser.ts'
import { CommandError } from '../support/failure.ts'
import type { Opened } from '../support/open.ts'
import { time } from '../support/print.ts'

export interface SessionOptions {
  session?: string
  /** What the browser shows that has the session now; as it was when it was proven, unless given. */
  userAgent?: string
  address?: string
}

export interface NamedSession {
  signIn: SignIn
  /** Of one that waits to be proven anew already. Epoch milliseconds. */
  jumpedAt?: number
  changes: { what: Jump; from: string; to: string; answer: SessionJump }[]
  /** What becomes of it. */
  answer: SessionJump
}

/** @throws CommandError for a session that is not this account's, or has ended */
export async function sessionOf(
  { signIns }: Opened,
  account: Account,
  { settings }: PolicyForSignIn,
  { session: uid, userAgent, address }: SessionOptions,
): Promise<NamedSession | undefined> {
  if (uid === undefined) return undefined
  const signIn = await signIns.get(uid)
  if (signIn?.accountId !== account.id || signIn.endedAt || signIn.endsAt <= Date.now())
    throw new CommandError(`${account.email} has no live session with the uid ${uid}: see \`latchkey sessions list\`.`)
  const { jumpedAt, ...made } = signIn
  if (jumpedAt !== undefined) return { signIn, jumpedAt, changes: [], answer: 'prove' }
  const country = address === undefined ? undefined : await countryOf(address)
  const now = { userAgent: userAgent ?? made.userAgent, ...(country ? { country } : {}) }
  const jumps = jumpsBetween(made, now)
  const changes = jumps.map(what => ({
    what,
    from: what === 'browser' ? describeBrowser(made.userAgent) : made.country!,
    to: what === 'browser' ? describeBrowser(now.userAgent) : country!,
    answer: answerTo([what], settings),
  }))
  return { signIn, changes, answer: answerTo(jumps, settings) }
}

const SETTING = { browser: 'sessionNewDevice', country: 'sessionNewCountry' } as const
const SO = {
  off: 'it goes on',
  prove: 'it has to be proven anew',
  end: 'it ends, and the person signs in anew',
}

export function sessionInWords({ jumpedAt, changes }: NamedSession, { sources }: PolicyForSignIn): string[] {
  if (jumpedAt !== undefined) return [`The session showed up elsewhere at ${time(jumpedAt)}: it has to be proven anew.`]
  return changes.map(({ what, from, to, answer }) => {
    const setting = SETTING[what]
    return `The session was proven in ${from} and shows ${to}: ${SO[answer]}, as ${setting} is ${answer} (${sources[setting]}).`
  })
}
