// An attempt, as methods see it.
import type { Account } from '../../core/accounts/account.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { Enrolling, Try } from '../../methods/method.ts'
import type { Situated } from './situation.ts'

type At = Pick<Situated, 'attempt' | 'account' | 'client' | 'step'> & { ctx: PageContext }

export function tryOf(
  { ctx, attempt, account, client, step }: At,
  form: Record<string, string> = {},
  deviceId?: string,
): Try {
  return {
    owner: attempt.id,
    role: step.kind === 'prove' ? step.role : 'first',
    account,
    identifier: attempt.identifier ?? '',
    ...(attempt.invitation ? { invited: attempt.invitation.email } : {}),
    clientName: client.clientName ?? client.clientId,
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    deviceId,
    language: languageOf(ctx),
    form,
  }
}

export function enrolling({ attempt, ctx }: Pick<At, 'attempt' | 'ctx'>, account: Account): Enrolling {
  return { owner: attempt.id, account, address: ctx.ip, language: languageOf(ctx) }
}
