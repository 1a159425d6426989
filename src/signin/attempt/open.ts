// Opens the attempt that a page belongs to, or says why it cannot be gone on with.
import type { Client, Interaction } from 'oidc-provider'
import type { PageContext } from '../../lib/web/context.ts'
import { errors } from 'oidc-provider'
import { ATTEMPT_OUTLIVES, type Attempt } from '../../core/attempts.ts'
import { notePerson } from '../../lib/web/browser/language.ts'
import type { SignInServices } from '../services.ts'

export interface OpenAttempt {
  attempt: Attempt
  interaction: Interaction
  client: Client
}

/** The page is stale: it shows what happened, and the way on. */
export class Stale extends Error {
  readonly kind: 'expired' | 'finished' | 'link' | 'unknown' | 'foreign' | 'no_cookie'
  readonly attempt: Attempt | undefined

  constructor(kind: Stale['kind'], attempt?: Attempt) {
    super(`stale sign-in page: ${kind}`)
    this.kind = kind
    this.attempt = attempt
  }
}

/**
 * The signed interaction cookie is the binding to the browser: the uid in the address must be the cookie's.
 * @throws Stale
 */
export async function openAttempt(services: SignInServices, ctx: PageContext): Promise<OpenAttempt> {
  const uid = ctx.params.uid!
  const provider = services.provider()
  const [attempt, interaction] = await Promise.all([services.attempts.get(uid), interactionOf(services, ctx)])
  if (attempt) notePerson(ctx, { uiLocales: attempt.params.ui_locales })
  // The cookie goes with the sign-in: when that is over, Back leads here without it.
  if (attempt && (attempt.outcome === 'finished' || attempt.outcome === 'cancelled'))
    throw new Stale('finished', attempt)
  if (attempt && attempt.expiresAt - ATTEMPT_OUTLIVES <= Date.now()) throw new Stale('expired', attempt)
  if (!holdsCookie(services, ctx)) throw new Stale(ctx.get('cookie') ? 'foreign' : 'no_cookie')

  if (!attempt) throw new Stale('unknown')
  if (!interaction || interaction.uid !== uid) throw new Stale('expired', attempt)
  const client = await provider.Client.find(attempt.clientId)
  if (!client) throw new Stale('unknown')
  return { attempt, interaction, client }
}

/** Whether this is the browser in which the sign-in began. */
export function holdsCookie(services: SignInServices, ctx: PageContext): boolean {
  const name = services.provider().cookieName('interaction')
  return ctx.cookies.get(name, { signed: true }) === ctx.params.uid
}

async function interactionOf(services: SignInServices, ctx: PageContext): Promise<Interaction | undefined> {
  try {
    return await services.provider().interactionDetails(ctx.req, ctx.res)
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined
    throw error
  }
}
