// What was typed in a form that had to wait for a sign-in.
import type { KeptForm } from '../core/consoles/sessions.ts'
import type { SignedIn } from '../oidc/consoles/console-session.ts'
import type { PageContext } from '../lib/web/context.ts'
import type { Form } from '../lib/web/form.ts'

/** Longer than anything that our forms ask for, apart from what is never kept. Characters. */
const LONGEST = 300
const MOST = 20
/** Typed anew each time: a secret is neither stored nor put into a page. */
const SECRET = /password|code|secret/i

export function keptOf(ctx: PageContext, form: Form): KeptForm {
  const fields = Object.entries(withoutSecrets(form.fields)).filter(([, value]) => value.length <= LONGEST)
  return { path: ctx.path, fields: Object.fromEntries(fields.slice(0, MOST)) }
}

export function withoutSecrets(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !SECRET.test(name)))
}

/** What was kept for this very page, on the way back from the sign-in. */
export function keptIn(ctx: PageContext, { session: { kept } }: SignedIn): Record<string, string> {
  return 'kept' in ctx.query && kept?.path === ctx.path ? kept.fields : {}
}
