// Linking a sign-in that is elsewhere: a fresh proof here, one there, and back to the same session of the console.
import { Refused } from '../../lib/errors.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { queryOf, type Form } from '../../lib/web/form.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { addCredential } from '../../methods/enrolment.ts'
import type { Method } from '../../methods/method.ts'
import { goTo } from '../../lib/web/go-to.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import type { AccountServices } from '../services.ts'
import { refillOf, show, showMessage, type Refill } from '../show.ts'
import { enrolling } from './add.ts'
import { linkUrl, SECURITY } from './ways.ts'

type Linking = Method & Required<Pick<Method, 'link'>>

export async function showLink(page: AccountPage, { status, errors }: Refill = {}): Promise<void> {
  const { id, words } = methodOf(page)
  const locals = {
    name: words(languageOf(page.ctx).t).name,
    action: linkUrl(id),
    cancelUrl: SECURITY,
    errors: errors ?? {},
  }
  show(page, 'account/link', locals, { status, leadsAway: true })
}

export async function link(submission: AccountSubmission): Promise<void> {
  const { services, ctx, form } = submission
  await orShowAgain(submission, form, async () => {
    goTo(ctx, await methodOf(submission).link.begin(services, enrolling(submission)))
  })
}

/** They come back by GET, with what they were sent with: it is of this session and this account, or of no use. */
export function finishLink(services: AccountServices) {
  return async (ctx: PageContext): Promise<void> => {
    const signedIn = await services.console.current(ctx)
    // Not sent to sign in first: what they came back with belongs into no other address, and would be too old.
    if (!signedIn) return showSignedOut(services, ctx)
    const page = { services, ctx, signedIn, typed: {} }
    const form = queryOf(ctx)
    await orShowAgain(page, form, async () => {
      const method = methodOf(page)
      const credential = await method.link.finish(services, enrolling(page), form.fields)
      await addCredential(services, credential, originOf(page))
      goTo(ctx, `${SECURITY}?done=linked`)
    })
  }
}

async function orShowAgain(page: AccountPage, form: Form, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showLink(page, refillOf(page.ctx, error, form))
  }
}

function showSignedOut(services: AccountServices, ctx: PageContext): void {
  const { t } = languageOf(ctx)
  const action = { url: SECURITY, label: t('common:signIn') }
  showMessage(services, ctx, { heading: t('account:signedOut'), body: t('account:link.signedOut'), action }, 403)
}

function methodOf({ services, ctx }: AccountPage): Linking {
  const method = services.methods.find(({ id }) => id === ctx.params.method)
  if (method?.link) return method as Linking
  throw new Refused('method.unknown', { status: 404, says: 'method.unlinkable' })
}
