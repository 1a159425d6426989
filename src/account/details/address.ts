// Another address, or the proof of the one that there is: a code is mailed to it, and only then it is the account's.
import type { Account } from '../../core/accounts/account.ts'
import { leave } from '../../core/accounts/former-addresses.ts'
import { inMailOf } from '../../core/accounts/language.ts'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { requireOpenTo } from '../../core/accounts/registration.ts'
import type { Verification } from '../../core/accounts/verifications.ts'
import { countsOfMail } from '../../core/limits/mails.ts'
import { rules } from '../../core/limits/rules.ts'
import { countAll } from '../../core/limits/together.ts'
import { Refused } from '../../lib/errors.ts'
import { sha256 } from '../../lib/ids.ts'
import { goTo } from '../../lib/web/go-to.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import { refillOf, show, type Refill } from '../show.ts'
import { ADDRESS, DETAILS, UNDO } from './paths.ts'

export async function showAddress(page: AccountPage, { status, values, errors }: Refill = {}): Promise<void> {
  const { email, emailVerified } = page.signedIn.account
  const all = { email: emailVerified ? '' : email, ...page.typed, ...values }
  const about = { action: ADDRESS + page.ctx.search, cancelUrl: DETAILS, present: email, emailVerified }
  show(page, 'account/address', { ...about, values: all, errors: errors ?? {} }, { status })
}

/** The answer is the same whether or not somebody else has the address: then nothing arrives there. */
export async function askAddress(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const { account } = signedIn
  try {
    const email = canonicalEmail(form.text('email'))
    const isPresent = email === account.email
    if (isPresent && account.emailVerified) throw new Refused('email.same', { field: 'email' })
    if (!isPresent && services.config.registration === 'domain') requireOpenTo(services.config, email)
    await countMail(submission, email)
    const taken = !isPresent && (await services.accounts.byIdentifier(email)) !== undefined
    const startedFrom = ctx.get('user-agent').slice(0, 300)
    const wanted = { email, accountId: account.id, taken, startedFrom }
    const again = await isAskedAgain(submission, email)
    const { id, secrets } = await services.verifications.start(wanted)
    const locals = {
      ...inMailOf(account),
      brandName: services.config.name,
      email,
      code: secrets.code,
      at: Date.now(),
      from: startedFrom,
    }
    await services.postbox.post(taken ? undefined : email, 'confirm-address', locals, {
      lasts: services.config.codeTtl,
    })
    goTo(ctx, `${ADDRESS}/${id}${again ? '?again' : ''}`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    await showAddress(submission, refillOf(ctx, error, form))
  }
}

export async function showConfirm(page: AccountPage, { status, errors }: Refill = {}): Promise<void> {
  const { ctx } = page
  const { id, email } = await verificationOf(page)
  const about = {
    action: ctx.path + ctx.search,
    againUrl: `${ADDRESS}?after=${id}`,
    cancelUrl: DETAILS,
    email,
    isAgain: 'again' in ctx.query,
  }
  show(page, 'account/address-code', { ...about, errors: errors ?? {} }, { status })
}

export async function confirmAddress(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const { account } = signedIn
  const { id, email } = await verificationOf(submission)
  try {
    const code = form.text('code').trim()
    if (code === '') throw new Refused('code.missing', { field: 'code' })
    const key = sha256(email)
    await services.limits.count(rules.verification, key)
    await services.verifications.proveByCode(id, code)
    await services.limits.giveBack(rules.verification, key)
    if (email === account.email) await confirm(submission, account)
    else await move(submission, account, email)
    goTo(ctx, `${DETAILS}?done=${email === account.email ? 'confirmed' : 'address'}`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const refill = refillOf(ctx, error, form)
    // Somebody else was quicker: the code has been used for nothing.
    if (error.code === 'email.taken') return showAddress(submission, { ...refill, values: { email } })
    await showConfirm(submission, refill)
  }
}

async function confirm(page: AccountPage, { id, email }: Account): Promise<void> {
  await page.services.events.emit({ type: 'account.verified', ...originOf(page), accountId: id, details: {} })
  await page.services.accounts.verifyEmail(id, email)
}

/** The one that is left is told, with a way back. */
async function move(page: AccountPage, account: Account, email: string): Promise<void> {
  const { services, ctx } = page
  const { former, secret } = leave(account.email)
  if (await services.accounts.byIdentifier(email)) throw new Refused('email.taken', { status: 409, field: 'email' })
  // Written first, so that no act is without its entry.
  const about = { ...originOf(page), accountId: account.id, details: { change: former.id } }
  await services.events.emit({ type: 'account.email_changed', ...about })
  const changed = await services.accounts.changeEmail(account.id, former, email)
  if (!changed) throw new Refused('verification.none')
  if (!account.emailVerified) return
  await services.postbox.post(former.email, 'address-changed', {
    ...inMailOf(account),
    brandName: services.config.name,
    email: former.email,
    newEmail: email,
    at: former.at,
    from: ctx.get('user-agent').slice(0, 300),
    undoUrl: `${services.config.issuer}${UNDO}/${account.id}.${secret}`,
  })
}

/** One of this account's own, and no registration's. @throws Refused `verification.none`, 404 */
async function verificationOf({ services, ctx, signedIn }: AccountPage): Promise<Verification> {
  const verification = await services.verifications.get(ctx.params.verification!)
  if (verification?.accountId === signedIn.account.id && !verification.provenAt) return verification
  throw new Refused('verification.none', { status: 404 })
}

/** Whether a code was sent to it before: `after` names the verification that the person comes from. */
async function isAskedAgain({ services, ctx, signedIn }: AccountPage, email: string): Promise<boolean> {
  const { after } = ctx.query
  const before = typeof after === 'string' ? await services.verifications.get(after) : undefined
  return before?.accountId === signedIn.account.id && before.email === email
}

async function countMail({ services, signedIn, ctx }: AccountPage, email: string): Promise<void> {
  const change = { rule: rules.addressChange, key: signedIn.account.id }
  await countAll(services.limits, [change, ...countsOfMail(email, ctx.ip)])
}
