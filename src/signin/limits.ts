// Limits on what the hosted pages do for strangers: how many mails one network may ask for, how many one address gets, and
// how many usernames may be asked about. Those on mails also bound how many codes for somebody else's address can be
// tried: they protect a secret, and are no mere floods.
import type { PageContext } from '../lib/web/context.ts'
import { countsOfMail } from '../core/limits/mails.ts'
import { rules } from '../core/limits/rules.ts'
import { countAll } from '../core/limits/together.ts'
import { sha256 } from '../lib/ids.ts'
import { networkOf } from '../lib/network.ts'
import type { SignInServices } from './services.ts'

type Services = Pick<SignInServices, 'limits'>

/** @throws LimitReached `limit.signup.address`, `limit.mail.…`, 429: whether or not the address has an account */
export async function countSignup(services: Services, ctx: PageContext, email: string): Promise<void> {
  await services.limits.count(rules.signup, networkOf(ctx.ip))
  await countMail(services, ctx, email)
}

/** @throws LimitReached `limit.resend.address`, `limit.mail.…`, 429 */
export async function countResend(services: Services, ctx: PageContext, email: string): Promise<void> {
  await services.limits.count(rules.resend, networkOf(ctx.ip))
  await countMail(services, ctx, email)
}

/** @throws LimitReached `limit.username.address`, 429 */
export async function countUsername({ limits }: Services, ctx: PageContext): Promise<void> {
  await limits.count(rules.username, networkOf(ctx.ip))
}

/** @throws LimitReached `limit.link.password`, 429 */
export async function countLinkPassword({ limits }: Services, verificationId: string): Promise<void> {
  await limits.count(rules.linkPassword, verificationId)
}

/**
 * Counts one try of a code that was mailed to prove an address, whichever registration it is of.
 * @returns what to call when it was right
 * @throws LimitReached `limit.verify.day`, 429
 */
export async function countVerification({ limits }: Services, email: string): Promise<{ succeeded(): Promise<void> }> {
  const key = sha256(email)
  await limits.count(rules.verification, key)
  return { succeeded: () => limits.giveBack(rules.verification, key) }
}

/** @throws LimitReached `limit.mail.…`, 429 */
async function countMail({ limits }: Services, ctx: PageContext, email: string): Promise<void> {
  await countAll(limits, countsOfMail(email, ctx.ip))
}
