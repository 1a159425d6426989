// Registration. Nothing becomes an account here: it waits until its address is proven (core/accounts/verifications.ts).
// Who was invited has proven it, by the mailed link.
import { closed, mayRegister } from '../../core/accounts/registration.ts'
import type { Registration } from '../../core/accounts/verifications.ts'
import { withoutPerson } from '../../core/attempts.ts'
import { invitationGone, stateOf, type Invitation } from '../../core/links/invitations.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { logOf } from '../../lib/web/edge/trace.ts'
import { checkNewPassword, hashPassword } from '../../methods/password/rules.ts'
import { readSignUp } from './form.ts'
import { postVerification } from './mails.ts'
import { securedBy } from './register.ts'
import { proven } from './verify.ts'
import type { Page, Submission } from '../attempt/page.ts'
import { countSignup } from '../limits.ts'
import { spendWork } from '../steps/work.ts'

/** Takes the form. The answer is the same, and takes as long, whether or not the address has an account. */
export async function signUp(submission: Submission): Promise<void> {
  const { services, ctx, client, form, attempt, passkeyAllowed, go } = submission
  requireOffered(submission)
  // Whoever wants a passkey makes it when the address is proven: none is left on a device for an account that never was.
  const password = passkeyAllowed && form.text('by') === 'passkey' ? undefined : form.text('password')
  const invited = attempt.invitation?.email
  const { email, registration } = await readSignUp(services.config, form, invited, async owner => {
    if (password !== undefined) await checkNewPassword(services, password, owner)
  })
  // It sends no mail, and whoever has the link is somebody known.
  if (attempt.invitation) return acceptInvitation(submission, registration, password)
  await spendWork(submission)
  await countSignup(services, ctx, email)

  const [made, holder] = await Promise.all([
    password === undefined ? undefined : hashPassword(services, password),
    services.accounts.byIdentifier(email),
  ])
  if (holder) logOf(ctx).info({ reason: 'email.taken', clientId: client.clientId }, 'registration held up')
  const startedFrom = ctx.get('user-agent').slice(0, 300)
  const { id, secrets } = await services.verifications.start({
    email,
    taken: holder !== undefined,
    startedFrom,
    registration: { ...registration, language: languageOf(ctx).tag, ...(made ? { secured: securedBy(made) } : {}) },
  })
  await postVerification(submission, { email, secrets, startedFrom, taken: holder !== undefined })
  await go(begun => ({ ...withoutPerson(begun), verificationId: id, remember: form.text('remember') !== '' }))
}

/** @throws Refused `invitation.gone`, 410 */
async function acceptInvitation(
  submission: Submission,
  registration: Registration,
  password: string | undefined,
): Promise<void> {
  const { services, ctx, attempt, form, go } = submission
  const { email } = attempt.invitation!
  const invitation = (await invitationIn(submission))!
  const made = password === undefined ? undefined : await hashPassword(services, password)
  const { id } = await services.verifications.start({
    email,
    taken: false,
    isProven: true,
    startedFrom: ctx.get('user-agent').slice(0, 300),
    registration: {
      ...registration,
      language: languageOf(ctx).tag,
      invitationId: invitation.id,
      ...(invitation.roles.length > 0 ? { roles: invitation.roles } : {}),
      ...(invitation.groups ? { groups: invitation.groups } : {}),
      ...(made ? { secured: securedBy(made) } : {}),
    },
  })
  const verification = (await services.verifications.get(id))!
  await proven(
    {
      ...submission,
      go: change =>
        go(begun => {
          const { invitation: _accepted, ...rest } = begun
          return change({ ...rest, verificationId: id, remember: form.text('remember') !== '' })
        }),
    },
    verification,
  )
}

/** That which was accepted in this sign-in. @throws Refused `invitation.gone`, 410 */
export async function invitationIn({
  services,
  attempt,
}: Pick<Page, 'services' | 'attempt'>): Promise<Invitation | undefined> {
  if (!attempt.invitation) return undefined
  const invitation = await services.invitations.get(attempt.invitation.id)
  if (!invitation || stateOf(invitation, Date.now()) !== 'open') throw invitationGone(invitation)
  return invitation
}

/** @throws Refused `registration.closed`, 403: whoever posts to a page that is not offered */
export function requireOpen({ config }: Submission['services']): void {
  if (config.registration === 'closed') throw closed()
}

/** @throws Refused `registration.closed`, 403: where it takes an invitation */
export function requireOffered({ services, attempt }: Pick<Page, 'services' | 'attempt'>): void {
  if (!mayRegister(services.config, attempt.invitation !== undefined)) throw closed()
}
