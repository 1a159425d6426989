// Somebody whom an upstream vouches for, and who is not known here yet. Three ways lead on: to sign in to the account that
// has the address, so that its owner links the two; to an account at once; or to proving the address first.
import type { Account } from '../../core/accounts/account.ts'
import { withoutPerson, type Attempt } from '../../core/attempts.ts'
import { countsFrom } from '../../core/signin/proof.ts'
import { newId } from '../../lib/ids.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { Verified } from '../../methods/method.ts'
import { countSignup } from '../limits.ts'
import { originOf, type Submission } from '../attempt/page.ts'
import { postVerification } from './mails.ts'
import { register } from './register.ts'
import { invitationIn } from './signup.ts'

type Unlinked = NonNullable<Verified['unlinked']>

export async function receive(submission: Submission, unlinked: Unlinked, { proof }: Verified): Promise<void> {
  const { services, ctx, client, account: asked, go } = submission
  const { credential, email, emailVerified, owner, profile, roles } = unlinked
  // Meanwhile the person may have been changed in another tab.
  const goAs = (change: (attempt: Attempt) => Attempt) =>
    go(attempt => (attempt.accountId === asked?.id ? change(withoutPerson(attempt)) : undefined))
  const known = ({ id, email: identifier }: Account) => ({ accountId: id, identifier, selected: true })
  if (owner) return goAs(attempt => ({ ...attempt, ...known(owner), linking: { ...credential, accountId: owner.id } }))

  const invited = await invitationIn(submission)
  const given = [...new Set([...(invited?.roles ?? []), ...roles])]
  const registration = {
    profile,
    language: languageOf(ctx).tag,
    ...(given.length > 0 ? { roles: given } : {}),
    ...(invited?.groups ? { groups: invited.groups } : {}),
    ...(invited ? { invitationId: invited.id } : {}),
    // There was no form on which to accept them: nextStep asks.
    ...(services.config.termsUrl ? { terms: [] } : {}),
    secured: { credential, proof },
  }
  if (emailVerified) {
    const account = (await register(services, { id: newId(), email, registration }, originOf(ctx, client)))!
    return goAs(attempt => {
      const at = countsFrom(Math.max(proof.at, account.createdAt), attempt)
      return { ...attempt, ...known(account), proofs: [{ ...proof, at }] }
    })
  }

  await countSignup(services, ctx, email)
  const taken = (await services.accounts.byIdentifier(email)) !== undefined
  const startedFrom = ctx.get('user-agent').slice(0, 300)
  const { id, secrets } = await services.verifications.start({ email, taken, startedFrom, registration })
  await postVerification(submission, { email, secrets, startedFrom, taken })
  return goAs(attempt => ({ ...attempt, verificationId: id }))
}
