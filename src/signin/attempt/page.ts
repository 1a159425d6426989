// What every handler of an attempt's pages has in hand.
import type { Client, Interaction } from 'oidc-provider'
import { withoutPerson, type Attempt } from '../../core/attempts.ts'
import type { Origin } from '../../core/events/events.ts'
import type { PageContext } from '../../lib/web/context.ts'
import type { Form } from '../../lib/web/form.ts'
import { notePerson } from '../../lib/web/browser/language.ts'
import { openAttempt } from './open.ts'
import { register, registered } from '../registration/register.ts'
import type { SignInServices } from '../services.ts'
import { situate, type Situated } from './situation.ts'

export interface Page extends Situated {
  services: SignInServices
  ctx: PageContext
  interaction: Interaction
}

/** As much of a page as it takes to go on from it. */
export type OpenedPage = Pick<Page, 'services' | 'ctx' | 'interaction' | 'attempt' | 'client'>

/** Changes the attempt and goes on to whatever comes next. The change runs on the newest state, so that it may refuse. */
export type Go = (change: (attempt: Attempt) => Attempt | undefined) => Promise<void>

export interface Submission extends Page {
  form: Form
  go: Go
}

/** @throws Stale for a page that cannot be gone on with */
export async function openPage(services: SignInServices, ctx: PageContext): Promise<Page> {
  const { attempt, interaction, client } = await openAttempt(services, ctx)
  const situated = await situate(services, ctx, attempt, client)
  const now = (await goOnProven(services, ctx, situated)) ?? situated
  // Not before a proof: the language of a stranger's account would tell that there is one.
  if (now.attempt.proofs.length > 0) notePerson(ctx, { profile: now.account?.profile })
  return { services, ctx, interaction, ...now }
}

/** The address was proven by the link, perhaps in another browser: whatever this one asks for next, it goes on from here. */
async function goOnProven(
  services: SignInServices,
  ctx: PageContext,
  { attempt, client, verification }: Situated,
): Promise<Situated | undefined> {
  if (!verification?.provenAt || attempt.accountId) return undefined
  const account = await register(services, verification, originOf(ctx, client)).catch(async (error: unknown) => {
    // The address was registered meanwhile: said once, and then this sign-in begins anew.
    await services.attempts.update(attempt.id, withoutPerson)
    throw error
  })
  const changed =
    account && (await services.attempts.update(attempt.id, known => registered(known, verification, account)))
  return changed && situate(services, ctx, changed, client)
}

/** The part of a request that events keep. */
export function originOf(ctx: PageContext, client: Client | undefined): Origin & { clientId?: string } {
  return {
    address: ctx.ip,
    userAgent: ctx.get('user-agent').slice(0, 300),
    traceId: ctx.state.traceId,
    ...(client ? { clientId: client.clientId } : {}),
  }
}
