// Sets the new password, or the passkey in its place, once the link was looked at.
import { withoutPerson } from '../../core/attempts.ts'
import { countsFrom, type Proof } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import { webUrl } from '../../lib/views.ts'
import type { PageContext } from '../../lib/web/context.ts'
import type { Form } from '../../lib/web/form.ts'
import { addCredential } from '../../methods/enrolment.ts'
import type { Method } from '../../methods/method.ts'
import { takeNewPasskey } from '../../methods/passkey/enrol.ts'
import { passkey, passkeyProof } from '../../methods/passkey/passkey.ts'
import { unlockPassword } from '../../methods/password/limits.ts'
import { password, passwordProof } from '../../methods/password/password.ts'
import { newPassword } from '../../methods/password/rules.ts'
import { storePassword } from '../../methods/password/set.ts'
import { leaveEndedSession } from '../attempt/ended-session.ts'
import { knownDevice } from '../browser/device-cookie.ts'
import { keptToken, placeOf } from '../links/kept.ts'
import { showLinkPage } from '../links/show.ts'
import { originOf } from '../attempt/page.ts'
import { factsOf, outlastReset } from '../steps/prove.ts'
import type { SignInServices } from '../services.ts'
import { goOn } from '../attempt/submission.ts'
import type { Usable } from './look.ts'
import { ALONE } from './ways.ts'

/**
 * What was typed is checked first, so that a refused password uses nothing up; then the link is used, by one update; then
 * all that the account had open ends.
 * @throws Refused `password.…`, `passkey.…`, shown on the form again; `link.…`
 */
export async function setAnew(services: SignInServices, ctx: PageContext, looked: Usable, form: Form): Promise<void> {
  const { client, account, wanted } = looked
  const origin = originOf(ctx, client)
  const { method, proof, store } = await taken(services, ctx, looked, form)

  await services.links.use(keptToken(services, ctx), wanted, placeOf(ctx))
  const about = { ...origin, accountId: account.id }
  await services.events.emit({ type: 'link.used', ...about, details: { purpose: 'reset' } })
  await services.events.emit({ type: 'recovery.finished', ...about, details: { method: method.id } })
  await store()
  await services.endEverywhere(account.id, 'recovered', origin)
  await unlockPassword(services, account.id)
  await leadOn(services, ctx, looked, proof)
}

interface Taken {
  method: Method
  proof: Proof
  store(): Promise<void>
}

/** @throws Refused `method.not_offered`, 403, for what the page has no form for */
async function taken(
  services: SignInServices,
  ctx: PageContext,
  { account, client, ways }: Usable,
  form: Form,
): Promise<Taken> {
  const origin = originOf(ctx, client)
  if (form.text('response') && ways.passkey) {
    const who = { owner: ctx.params.uid!, account }
    const { credential, data, userVerified } = await takeNewPasskey(services, who, form.fields, ALONE)
    const store = () => addCredential(services, credential, origin)
    return { method: passkey, proof: passkeyProof(data, userVerified), store }
  }
  if (!ways.password) throw new Refused('method.not_offered', { status: 403, says: 'recovery.no_password' })
  const made = await newPassword(services, form.text('password'), account)
  return {
    method: password,
    proof: passwordProof(Date.now()),
    async store() {
      const about = { ...origin, accountId: account.id }
      await services.events.emit({ type: 'password.changed', ...about, details: { by: 'recovery' } })
      await storePassword(services, account.id, made)
    },
  }
}

/** In the browser that asked, to whatever is asked of the person next; in any other, back there. */
async function leadOn(
  services: SignInServices,
  ctx: PageContext,
  { client, own, account }: Usable,
  proof: Proof,
): Promise<void> {
  if (!own) {
    const clientUrl = webUrl(client?.clientUri)
    showLinkPage(services, ctx, client, 'signin/recovery/done', { email: account.email, clientUrl })
    return
  }
  await leaveEndedSession(own.interaction)
  // What is proven within the second of the reset would count for as little as what came before it.
  const { validFrom } = (await services.accounts.get(account.id)) ?? account
  await outlastReset({ validFrom })
  const device = factsOf(await knownDevice(services, ctx, account.id), ctx.ip)
  await goOn(own, attempt => ({
    ...withoutPerson(attempt),
    accountId: account.id,
    identifier: account.email,
    selected: true,
    device,
    proofs: [{ ...proof, at: countsFrom(Date.now(), attempt, validFrom) }],
  }))
}
