import type { Interaction, KoaContextWithOIDC } from 'oidc-provider'
import { standing } from '../../core/accounts/account.ts'
import { ATTEMPT_OUTLIVES, type Attempt } from '../../core/attempts.ts'
import { deviceOf } from '../../core/sessions/signins.ts'
import { recordOf } from '../../oidc/accounts/account.ts'
import { readRequest } from '../../oidc/authorization/read-request.ts'
import type { SignInServices } from '../services.ts'
import { leaveEndedSession } from './ended-session.ts'

/** Called by the provider when a request needs the person: makes the attempt, and answers its page's address. */
export async function beginAttempt(
  { attempts, signIns, config }: Pick<SignInServices, 'attempts' | 'signIns' | 'config'>,
  ctx: KoaContextWithOIDC,
  interaction: Interaction,
): Promise<string> {
  const { oidc } = ctx
  const session = oidc.session!
  const account = recordOf(oidc.account)
  const request = readRequest(ctx)
  // A live session goes on in the attempt, so that only what is missing is asked for.
  const stood = account !== undefined && standing(account, session.loginTs ?? 0) && !request.prompts.includes('create')
  const signIn = stood ? await signIns.get(session.uid) : undefined
  const live = stood && !signIn?.endedAt
  // This very request may have ended it, by policy.
  if (signIn?.endedAt) await leaveEndedSession(interaction)

  const now = Date.now()
  const held = live && signIn?.accountId === account.id ? signIn.proofs : []
  const attempt: Attempt = {
    id: interaction.uid,
    clientId: oidc.client!.clientId,
    request,
    params: repeatable(oidc.params as Record<string, unknown>, request.expectedAccountId),
    // After all that the session has, also where a clock was ahead: none of it is an answer to what is asked now.
    startedAt: Math.max(now, ...held.map(({ at }) => at + 1)),
    expiresAt: now + config.interactionTtl * 1000 + ATTEMPT_OUTLIVES,
    ...(live ? { accountId: account.id, identifier: account.email } : {}),
    proofs: held,
    ...(live ? { sessionUid: session.uid } : {}),
    ...(live && signIn ? { device: deviceOf(signIn) } : {}),
    selected: false,
    remember: live && !session.transient,
  }
  await attempts.insert(attempt)
  return `/signin/${interaction.uid}`
}

/**
 * The parameters with which a stale page asks again. An ID token is not kept: whom a hint named is asked for by the claim
 * instead (OIDC Core 1.0, section 5.5.1).
 */
function repeatable({ ...params }: Record<string, unknown>, expectedAccountId?: string): Record<string, unknown> {
  if (params.id_token_hint === undefined) return params
  delete params.id_token_hint
  const claims = JSON.parse(String(params.claims ?? '{}')) as { id_token?: object }
  const idToken = { ...claims.id_token, sub: { value: expectedAccountId } }
  return { ...params, claims: JSON.stringify({ ...claims, id_token: idToken }) }
}
