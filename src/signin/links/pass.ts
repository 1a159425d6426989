// What using a link that an administrator made leaves in the browser, until the app has begun the sign-in, and what changing
// a password leaves there, until the console has: a secret that proves the person once, for one app, within ten minutes.
import { z } from 'zod'
import { standing } from '../../core/accounts/account.ts'
import type { Bound } from '../../core/challenges.ts'
import { proofSchema, countsFrom, type Proof } from '../../core/signin/proof.ts'
import { newSecret, sha256 } from '../../lib/ids.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { MAGIC_LINK } from '../../methods/magic-link/magic-link.ts'
import { cookieName, knownDevice } from '../browser/device-cookie.ts'
import type { Page } from '../attempt/page.ts'
import { factsOf, withProof } from '../steps/prove.ts'
import type { SignInServices } from '../services.ts'
import { goOn } from '../attempt/submission.ts'

/** Seconds. */
const LASTS = 600
const NAME = 'latchkey_pass'

export async function givePass(
  services: Pick<SignInServices, 'challenges' | 'config'>,
  ctx: PageContext,
  data: { accountId: string; clientId: string; proofs: Proof[] },
): Promise<void> {
  const secret = newSecret()
  await services.challenges.begin(boundTo(secret), { data, lasts: LASTS })
  ctx.cookies.set(cookieName(services, NAME), secret, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    maxAge: LASTS * 1000,
  })
}

/** Goes on with the sign-in by the pass of this browser, if it has one for the app. @returns whether it has answered */
export async function takePass(page: Page): Promise<boolean> {
  const { services, ctx, step, client } = page
  const secret = ctx.cookies.get(cookieName(services, NAME), { signed: true })
  if (!secret || !asksWho(step)) return false
  const known = await services.challenges.find(boundTo(secret))
  if (known?.data.clientId !== client.clientId) return false
  const taken = await services.challenges.take(boundTo(secret))
  ctx.cookies.set(cookieName(services, NAME), null, { path: '/' })
  const account = taken && (await services.accounts.get(String(taken.data.accountId)))
  if (!account || !standing(account, Math.floor(taken.createdAt / 1000))) return false
  const device = factsOf(await knownDevice(services, ctx, account.id), ctx.ip)
  const at = countsFrom(Date.now(), page.attempt, account.validFrom)
  const [proof, ...more] = z
    .array(proofSchema)
    .parse(taken.data.proofs)
    .map(one => ({ ...one, at }))
  await goOn(page, attempt => {
    const proven = proof && withProof(attempt, { proof, account }, page.account)
    return proven && { ...proven, proofs: [...proven.proofs, ...more], device, selected: true }
  })
  return true
}

function asksWho(step: Page['step']): boolean {
  return step.kind === 'identify' || step.kind === 'select' || (step.kind === 'prove' && step.role === 'first')
}

function boundTo(secret: string): Bound {
  return { owner: sha256(secret), method: MAGIC_LINK, purpose: 'prove' }
}
