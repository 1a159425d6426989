// Sensitive changes ask for a fresh proof: whoever finds an open browser, or has stolen its cookie, cannot lock the
// person out of their own account.
import type { MethodFacts } from '../core/signin/method-facts.ts'
import { ACR_VALUES, levelOf, type Proof } from '../core/signin/proof.ts'
import { meets, type SignedIn } from '../oidc/consoles/console-session.ts'
import type { Form } from '../lib/web/form.ts'
import { keptOf } from './kept.ts'
import type { AccountPage } from './opened.ts'

/** How old a proof may be when the form is opened, and when it is sent. Seconds. */
const MAX_AGE = { form: 300, change: 600 }

/** A second factor that is there protects itself: without it nobody changes what the account signs in with. */
function acrFor(methods: readonly MethodFacts[]): string {
  const [one, two] = ACR_VALUES
  return levelOf(methods.filter(({ first, second, enrolled }) => second || (first && enrolled))) > 1 ? two : one
}

export async function isProven({ services, signedIn }: AccountPage, at: keyof typeof MAX_AGE): Promise<boolean> {
  const methods = await services.console.ownMethods(signedIn.account)
  return meets(signedIn.proofs, { seconds: MAX_AGE[at], acr: acrFor(methods) }, methods)
}

/** What a change that is made now was allowed for. */
export function recentProofs({ proofs }: SignedIn): Proof[] {
  return proofs.filter(({ at }) => at >= Date.now() - MAX_AGE.change * 1000)
}

/** Sends the person to prove themselves, and back to the page; with a form, to the page with what was typed. */
export async function prove(page: AccountPage, form?: Form): Promise<void> {
  const { services, ctx, signedIn } = page
  const acr = acrFor(await services.console.ownMethods(signedIn.account))
  await services.console.begin(ctx, {
    returnTo: form ? ctx.path : ctx.path + ctx.search,
    step: { need: { seconds: MAX_AGE.form, acr }, signedIn },
    ...(form ? { kept: keptOf(ctx, form) } : {}),
  })
}
