import type { Client } from 'oidc-provider'
import type { Attempt } from '../../core/attempts.ts'
import { signInPolicy } from '../../core/policy/sign-in-policy.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { guardsOf } from '../../oidc/authorization/guards.ts'
import type { SignInServices } from '../services.ts'

/**
 * The attempt, with what its session still has of what was taken over from it: nothing once that has ended, or has shown up
 * elsewhere. What was proven in the attempt itself stays.
 */
export async function withHeldProofs(
  services: SignInServices,
  ctx: PageContext,
  attempt: Attempt,
  { clientId }: Client,
): Promise<Attempt> {
  const { sessionUid, startedAt, proofs } = attempt
  if (sessionUid === undefined || proofs.every(({ at }) => at >= startedAt)) return attempt
  const [account, signIn] = await Promise.all([
    services.accounts.get(attempt.accountId ?? 'nobody'),
    services.signIns.get(sessionUid),
  ])
  await services.policy.read()
  const { settings } = signInPolicy(services.policy, {
    guards: guardsOf(services.config, clientId, Object.keys(attempt.request.resources)),
    clientId,
    roles: account?.roles ?? [],
  })
  const now = signIn && !signIn.endedAt ? await services.jumps.follow(signIn, ctx, settings, clientId) : undefined
  const held = now && !now.endedAt ? now.proofs : []
  const isHeld = ({ method, at }: Attempt['proofs'][number]) =>
    at >= startedAt || held.some(one => one.method === method && one.at === at)
  if (proofs.every(isHeld)) return attempt
  // What the session knew of the device goes with it.
  const { device: _device, ...rest } = attempt
  return { ...rest, proofs: proofs.filter(isHeld) }
}
