import type { Interaction, KoaContextWithOIDC } from 'oidc-provider'
import { standing } from '../core/accounts/account.ts'
import { ATTEMPT_OUTLIVES, type Attempt } from '../core/attempts.ts'
import { recordOf } from '../oidc/account.ts'
import { readRequest } from '../oidc/read-request.ts'
import type { SignInServices } from './services.ts'

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
  const live = account !== undefined && standing(account, session.loginTs ?? 0) && !request.prompts.includes('create')
  const signIn = live ? await signIns.get(session.uid) : undefined

  const now = Date.now()
  const attempt: Attempt = {
    id: interaction.uid,
    clientId: oidc.client!.clientId,
    request,
    params: { ...(oidc.params as Record<string, unknown>) },
    startedAt: now,
    expiresAt: now + config.interactionTtl * 1000 + ATTEMPT_OUTLIVES,
    ...(live ? { accountId: account.id, identifier: account.email } : {}),
    proofs: signIn?.accountId === account?.id ? (signIn?.proofs ?? []) : [],
    selected: false,
    remember: live && !session.transient,
  }
  await attempts.insert(attempt)
  return `/signin/${interaction.uid}`
}
