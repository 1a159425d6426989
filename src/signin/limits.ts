// Limits of the hosted pages that protect no secret of an account: how often one network may ask us to send mail.
import type { PageContext } from '../lib/web/context.ts'
import { networkOf } from '../lib/network.ts'
import type { SignInServices } from './services.ts'

const signup = { name: 'signup.address', max: 200, window: 3600 }
const resend = { name: 'resend.address', max: 200, window: 3600 }

/** @throws Refused `limit.signup.address`, 429 */
export async function countSignup({ limits }: Pick<SignInServices, 'limits'>, address: string): Promise<void> {
  await limits.count(signup, networkOf(address))
}

/** @throws Refused `limit.resend.address`, 429 */
export async function countResend({ limits }: Pick<SignInServices, 'limits'>, ctx: PageContext): Promise<void> {
  await limits.count(resend, networkOf(ctx.ip))
}
