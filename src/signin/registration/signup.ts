// Registration. Nothing becomes an account here: it waits until its address is proven (core/accounts/verifications.ts).
import { canonicalEmail, canonicalName, canonicalUsername } from '../../core/accounts/names.ts'
import { withoutPerson } from '../../core/attempts.ts'
import { Refused } from '../../lib/errors.ts'
import { languageOf } from '../../lib/web/language.ts'
import { logOf } from '../../lib/web/trace.ts'
import { checkNewPassword, hashPassword } from '../../methods/password/rules.ts'
import { postVerification } from './mails.ts'
import { securedBy } from './register.ts'
import type { Submission } from '../page.ts'
import { countSignup } from '../limits.ts'

/** Takes the form. The answer is the same, and takes as long, whether or not the address has an account. */
export async function signUp({ services, ctx, client, form, passkeyAllowed, go }: Submission): Promise<void> {
  const { config, verifications, accounts } = services
  const email = canonicalEmail(form.text('email'))
  const username = form.text('username').trim() ? canonicalUsername(form.text('username')) : undefined
  const name = canonicalName(form.text('name'))
  // Whoever wants a passkey makes it when the address is proven: none is left on a device for an account that never was.
  const password = passkeyAllowed && form.text('by') === 'passkey' ? undefined : form.text('password')
  const profile = name ? { name } : {}
  const newcomer = { email, ...(username ? { username } : {}), profile }
  if (password !== undefined) await checkNewPassword(services, password, newcomer)
  if (config.termsUrl && form.text('terms') === '') {
    throw new Refused('terms.missing', { field: 'terms' })
  }
  await countSignup(services, ctx, email)

  const [made, holder] = await Promise.all([
    password === undefined ? undefined : hashPassword(services, password),
    accounts.byIdentifier(email),
  ])
  if (holder) logOf(ctx).info({ reason: 'email.taken', clientId: client.clientId }, 'registration held up')
  const startedFrom = ctx.get('user-agent').slice(0, 300)
  const { id, secrets } = await verifications.start({
    email,
    taken: holder !== undefined,
    startedFrom,
    registration: {
      ...(username ? { username } : {}),
      profile,
      language: languageOf(ctx).tag,
      ...(made ? { secured: securedBy(made) } : {}),
    },
  })
  await postVerification(services, {
    language: languageOf(ctx),
    email,
    secrets,
    startedFrom,
    client,
    uid: ctx.params.uid!,
    taken: holder !== undefined,
  })
  await go(attempt => ({ ...withoutPerson(attempt), verificationId: id, remember: form.text('remember') !== '' }))
}

/** @throws Refused `registration.closed`, 403: whoever posts to a page that is not offered */
export function requireOpen({ config }: Submission['services']): void {
  if (config.registration !== 'open') {
    throw new Refused('registration.closed', {
      status: 403,
    })
  }
}
