// The pages of a link that was asked for in a sign-in: `/signin/UID/link`. In the browser where that began, it goes on by a
// button; in any other one, a code is shown to type there. Nobody is ever signed in where they did not begin.
import type { Client } from 'oidc-provider'
import type { Attempt } from '../../core/attempts.ts'
import { whyNot, type Link, type WantedLink } from '../../core/links/links.ts'
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import type { Form } from '../../lib/web/form.ts'
import { codeForElsewhere } from '../../methods/magic-link/elsewhere.ts'
import { MAGIC_LINK } from '../../methods/magic-link/magic-link.ts'
import { openAttempt, Stale } from '../attempt/open.ts'
import { originOf, openPage, type Page, type Submission } from '../attempt/page.ts'
import { prove } from '../steps/prove.ts'
import type { Refill } from '../attempt/refill.ts'
import type { SignInServices } from '../services.ts'
import { showPage } from '../attempt/show.ts'
import { answerStep, submission } from '../attempt/submission.ts'
import { keptToken, placeOf } from './kept.ts'
import { showLinkPage, showOver } from './show.ts'

type Handler = (ctx: PageContext) => Promise<void>

export function showAsked(services: SignInServices): Handler {
  return async ctx => ((await isWhereItBegan(services, ctx)) ? showOwn(services, ctx) : showElsewhere(services, ctx))
}

export function confirmAsked(services: SignInServices): Handler {
  const confirmOwn = submission(services, ['prove'], useOwn, showOwnPage)
  return async ctx => ((await isWhereItBegan(services, ctx)) ? confirmOwn(ctx) : giveCode(services, ctx))
}

async function showOwn(services: SignInServices, ctx: PageContext): Promise<void> {
  await showOwnPage(await openPage(services, ctx))
}

async function showOwnPage(page: Page, { status, errors = {} }: Refill = {}): Promise<void> {
  const { services, ctx, attempt, account, client, step } = page
  // Whatever it is at by now, the link has nothing to add.
  if (step.kind !== 'prove' || step.role !== 'first') return answerStep(page)
  const refused = whyNot(await services.links.find(keptToken(services, ctx)), wantedAt(ctx, attempt.id, account))
  const at = `/signin/${attempt.id}`
  if (refused) return showOver(services, ctx, client, refused, { asked: true, askUrl: `${at}/prove/${MAGIC_LINK}` })
  const { remember } = attempt
  const { rememberAllowed } = page
  const locals = { action: ctx.path, email: account!.email, remember, rememberAllowed, errors }
  showPage(services, ctx, page, 'methods/magic-link/open', locals, { status })
}

/** Proves as the method's own page would, by the token. */
async function useOwn(opened: Submission): Promise<void> {
  const { services, ctx, form, account, client } = opened
  const fields = { ...form.fields, link: keptToken(services, ctx) }
  const withToken: Form = { ...form, fields }
  ctx.params.method = MAGIC_LINK
  await prove({
    ...opened,
    form: withToken,
    async go(change) {
      await noteUsed(services, ctx, client, account!.id)
      await opened.go(change)
    },
  })
}

async function showElsewhere(services: SignInServices, ctx: PageContext): Promise<void> {
  const { link, client, refused } = await lookElsewhere(services, ctx)
  if (refused) return showOver(services, ctx, client, refused, { asked: true })
  const { created } = link!
  showLinkPage(services, ctx, client, 'methods/magic-link/elsewhere', {
    action: ctx.path,
    email: link!.email,
    askedAt: created.at,
    askedFrom: created.userAgent,
    address: created.address,
  })
}

/** Uses the link up, and shows the code for the browser where the sign-in began. */
async function giveCode(services: SignInServices, ctx: PageContext): Promise<void> {
  const { attempt, client, wanted } = await lookElsewhere(services, ctx)
  try {
    await services.links.use(keptToken(services, ctx), wanted, placeOf(ctx))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return showOver(services, ctx, client, error, { asked: true })
  }
  const accountId = wanted.account!.id
  await noteUsed(services, ctx, client, accountId)
  const code = await codeForElsewhere(services, MAGIC_LINK, { attemptId: attempt.id, accountId })
  showLinkPage(services, ctx, client, 'methods/magic-link/code', {
    code,
    minutes: Math.round(services.config.codeTtl / 60),
  })
}

interface Looked {
  attempt: Attempt
  client: Client | undefined
  link: Link | undefined
  wanted: WantedLink
  refused: Refused | undefined
}

async function lookElsewhere(services: SignInServices, ctx: PageContext): Promise<Looked> {
  const attempt = await services.attempts.get(ctx.params.uid!)
  if (!attempt) throw new Stale('unknown')
  // Without the cookie there is no telling what was opened.
  const token = keptToken(services, ctx)
  if (token === '') throw new Stale('no_cookie')
  const [client, account, link] = await Promise.all([
    services.provider().Client.find(attempt.clientId),
    services.accounts.get(attempt.accountId ?? 'nobody'),
    services.links.find(token),
  ])
  const wanted = wantedAt(ctx, attempt.id, account)
  return { attempt, client, link, wanted, refused: whyNot(link, wanted) }
}

function wantedAt(ctx: PageContext, attemptId: string, account: WantedLink['account']): WantedLink {
  return { purpose: 'sign-in', attemptId, account, address: ctx.ip }
}

/** @throws Stale for a sign-in that is over, wherever it was */
async function isWhereItBegan(services: SignInServices, ctx: PageContext): Promise<boolean> {
  try {
    await openAttempt(services, ctx)
    return true
  } catch (error) {
    if (error instanceof Stale && (error.kind === 'foreign' || error.kind === 'no_cookie')) return false
    throw error
  }
}

async function noteUsed(
  services: SignInServices,
  ctx: PageContext,
  client: Client | undefined,
  accountId: string,
): Promise<void> {
  await services.events.emit({
    type: 'link.used',
    ...originOf(ctx, client),
    accountId,
    details: { purpose: 'sign-in' },
  })
}
