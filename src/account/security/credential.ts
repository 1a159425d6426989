// One thing that an account signs in with: its name, and taking it away.
import type { Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { removeCredential } from '../../methods/enrolment.ts'
import type { Described, Method } from '../../methods/method.ts'
import { goTo } from '../../lib/web/go-to.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import { refillOf, show, type Refill } from '../show.ts'
import { forgetAllDevices } from './devices.ts'
import { keepRequired } from './required.ts'
import { describeNamed, SECURITY } from './ways.ts'

interface Found {
  credential: Credential
  method: Method
  described: Described
}

/** By its address, of this account alone: another's is as unknown as one that never was. @throws Refused `factor.gone` */
async function find({ services, ctx, signedIn }: AccountPage): Promise<Found> {
  const method = services.methods.find(({ id }) => id === ctx.params.method)
  const credential = await services.credentials.get(ctx.params.credential ?? '')
  if (method && credential?.accountId === signedIn.account.id && credential.method === method.id) {
    const [described] = describeNamed(method, credential, languageOf(ctx).t)
    if (described) return { credential, method, described }
  }
  throw new Refused('factor.gone', { status: 404, says: 'factor.not_there' })
}

export async function showRemove(page: AccountPage, { status, errors }: Refill = {}): Promise<void> {
  const { method, described } = await find(page)
  const { name } = method.words(languageOf(page.ctx).t)
  const about = { action: page.ctx.path, cancelUrl: SECURITY, method: name, described }
  show(page, 'account/remove', { ...about, errors: errors ?? {} }, { status })
}

export async function remove(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const { account } = signedIn
  const { credential } = await find(submission)
  try {
    const alsoCheck = keepRequired(services.policy, account)
    const { sessionUid } = signedIn.session
    await removeCredential(services, account, credential.id, { origin: originOf(submission), sessionUid, alsoCheck })
    await forgetAllDevices(submission)
    goTo(ctx, `${SECURITY}?done=removed`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showRemove(submission, refillOf(ctx, error, form))
  }
}

export async function showRename(page: AccountPage, { status, values, errors }: Refill = {}): Promise<void> {
  const { described } = await find(page)
  const about = { action: page.ctx.path, cancelUrl: SECURITY }
  const all = { label: described.name, ...page.typed, ...values }
  show(page, 'account/rename', { ...about, values: all, errors: errors ?? {} }, { status })
}

export async function rename(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const { credential } = await find(submission)
  try {
    const label = nameIn(form.text('label'))
    const about = { ...originOf(submission), accountId: signedIn.account.id }
    // Written first, so that no act is without its entry.
    await services.events.emit({ type: 'factor.renamed', ...about, details: { method: credential.method } })
    await services.credentials.update(credential.id, known => ({ ...known, label, updatedAt: Date.now() }))
    goTo(ctx, `${SECURITY}?done=renamed`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showRename(submission, refillOf(ctx, error, form))
  }
}

const LONGEST = 60

function nameIn(typed: string): string {
  const label = typed.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (label === '' || label.length > LONGEST || /\p{C}/u.test(label)) {
    throw new Refused('factor.name', { field: 'label', values: { most: LONGEST } })
  }
  return label
}
