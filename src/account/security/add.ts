// Setting up a way to sign in, on the page of its method.
import { Refused } from '../../lib/errors.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { confirmEnrolment } from '../../methods/enrolment.ts'
import type { Enrolling, Method } from '../../methods/method.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import { recentProofs } from '../proof.ts'
import { refillOf, show, type Refill } from '../show.ts'
import { goTo } from '../../lib/web/go-to.ts'
import { addUrl, SECURITY } from './ways.ts'

export async function showAdd(page: AccountPage, { status, values, errors }: Refill = {}): Promise<void> {
  const { services, ctx } = page
  const method = methodOf(page)
  const { view, locals, script } = await method.enrol.page(services, enrolling(page))
  const cancelLabel = languageOf(ctx).t(isOffered(ctx) ? 'common:notNow' : 'common:cancel')
  const about = { action: ownUrl(ctx), cancelUrl: SECURITY, cancelLabel }
  show(
    page,
    view,
    { ...about, ...locals, values: { ...page.typed, ...values }, errors: errors ?? {} },
    { status, script },
  )
}

export async function add(submission: AccountSubmission): Promise<void> {
  const { services, ctx, form, signedIn } = submission
  const method = methodOf(submission)
  try {
    const who = enrolling(submission)
    const enrolled = await confirmEnrolment(services, method, who, form.fields, originOf(submission))
    if (!enrolled) return goTo(ctx, ownUrl(ctx))
    // Setting it up has proven that the person has it: the next change does not ask for it at once.
    const { account } = signedIn
    if (enrolled.proof) await services.console.prove(ctx, signedIn, enrolled.proof)
    if (enrolled.endsSessions) {
      await services.endEverywhere(account.id, originOf(submission))
      await services.signInAnew(ctx, account, recentProofs(signedIn))
      return goTo(ctx, `${SECURITY}?done=password`)
    }
    goTo(ctx, (await backupToOffer(submission, method)) ?? `${SECURITY}?done=added`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showAdd(submission, refillOf(ctx, error, form))
  }
}

/** Not asked for by the person: said in the address, so that its forms can say it again. */
function isOffered(ctx: PageContext): boolean {
  return 'offered' in ctx.query
}

function ownUrl(ctx: PageContext): string {
  return isOffered(ctx) ? `${ctx.path}?offered=1` : ctx.path
}

/** Once a second step is asked for, there should be something to fall back on. */
async function backupToOffer({ services, signedIn }: AccountPage, added: Method): Promise<string | undefined> {
  const facts = await services.factsOf(signedIn.account)
  if (!facts.some(({ id, protects }) => id === added.id && protects)) return undefined
  const backup = facts.find(one => one.backup && !one.enrolled)
  return backup && `${addUrl(backup.id)}?offered=1`
}

/** A challenge is the session's, not the console's cookie's: that one changes while the person proves themselves. */
export function enrolling({ signedIn: { account, session }, ctx }: AccountPage): Enrolling {
  return { owner: `account:${session.sessionUid}`, account, address: ctx.ip, language: languageOf(ctx) }
}

function methodOf({ services, ctx }: AccountPage): Method & Required<Pick<Method, 'enrol'>> {
  const method = services.methods.find(({ id }) => id === ctx.params.method)
  if (!method?.enrol) {
    throw new Refused('method.unknown', { status: 404 })
  }
  return method as Method & Required<Pick<Method, 'enrol'>>
}
