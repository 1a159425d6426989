// How the console's pages are opened: by who is signed in to it. Everybody else is sent to sign in, and comes back.
import type { PageContext } from '../lib/web/context.ts'
import { formOf, type Form } from '../lib/web/form.ts'
import { notePerson } from '../lib/web/browser/language.ts'
import { keptIn, keptOf } from './kept.ts'
import type { AccountPage, AccountSubmission } from './opened.ts'
import { isProven, prove } from './proof.ts'
import type { AccountServices } from './services.ts'

type Handler = (ctx: PageContext) => Promise<void>

/** A page that everybody may open who is signed in. */
export function page(services: AccountServices, show: (page: AccountPage) => Promise<void>): Handler {
  return async ctx => {
    const opened = await open(services, ctx)
    if (opened) await show(opened)
  }
}

/** The form of a change that takes a fresh proof: whoever has none gives it first. */
export function changeForm(services: AccountServices, show: (page: AccountPage) => Promise<void>): Handler {
  return async ctx => {
    const opened = await open(services, ctx)
    if (!opened) return
    if (await isProven(opened, 'form')) await show(opened)
    else await prove(opened)
  }
}

/**
 * The change itself. A form posts to its own address, where its page is shown again after a sign-in or a proof, with what
 * was typed. The proof is looked for here again: what the page said counts for nothing.
 */
export function change(services: AccountServices, handle: (submission: AccountSubmission) => Promise<void>): Handler {
  return async ctx => {
    const form = formOf(ctx)
    const opened = await open(services, ctx, form)
    if (!opened) return
    if (await isProven(opened, 'change')) await handle({ ...opened, form })
    else await prove(opened, form)
  }
}

async function open(services: AccountServices, ctx: PageContext, form?: Form): Promise<AccountPage | undefined> {
  const signedIn = await services.console.current(ctx)
  if (signedIn) notePerson(ctx, { profile: signedIn.account.profile })
  if (signedIn) return { services, ctx, signedIn, typed: keptIn(ctx, signedIn) }
  const kept = form && keptOf(ctx, form)
  await services.console.begin(ctx, { returnTo: form ? ctx.path : ctx.path + ctx.search, ...(kept ? { kept } : {}) })
  return undefined
}
