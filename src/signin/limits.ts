// Limits on the mails that the hosted pages send: how many one network may ask for, and how many one address gets. The
// latter also bounds how many codes for an address that is not theirs somebody can guess at.
import type { PageContext } from '../lib/web/context.ts'
import { sha256 } from '../lib/ids.ts'
import { networkOf } from '../lib/network.ts'
import type { SignInServices } from './services.ts'

const signup = { name: 'signup.address', max: 200, window: 3600 }
const resend = { name: 'resend.address', max: 200, window: 3600 }
const mails = { name: 'mail.address', max: 20, window: 3600 }

type Services = Pick<SignInServices, 'limits'>

/** @throws LimitReached `limit.signup.address`, `limit.mail.address`, 429: whether or not the address has an account */
export async function countSignup({ limits }: Services, ctx: PageContext, email: string): Promise<void> {
  await limits.count(signup, networkOf(ctx.ip))
  await limits.count(mails, sha256(email))
}

/** @throws LimitReached `limit.resend.address`, `limit.mail.address`, 429 */
export async function countResend({ limits }: Services, ctx: PageContext, email: string): Promise<void> {
  await limits.count(resend, networkOf(ctx.ip))
  await limits.count(mails, sha256(email))
}
