// What policy needs an account to keep.
import { levelOf, levelOfAcr } from '../../core/signin/proof.ts'
import { credentialsOf, type Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import { factsFrom } from '../../methods/facts.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'
import type { AccountPage } from '../opened.ts'

/** @throws Refused `factor.required` when the account could no longer sign in as policy asks */
export async function requireDispensable(page: AccountPage, credential: Credential): Promise<void> {
  const { services, signedIn } = page
  const { account } = signedIn
  const all = await credentialsOf(services.credentials, account.id)
  const facts = (some: readonly Credential[]) =>
    factsFrom(services.methods, account, some).filter(({ first, second, enrolled }) => second || (first && enrolled))
  const [had, left] = [facts(all), facts(all.filter(({ id }) => id !== credential.id))]

  const { guard } = ACCOUNT_CONSOLE
  const { secondFactor, requiredAcr } = services.policy.resolve({ guard, roles: account.roles }).settings
  const needed = Math.max(secondFactor === 'required' ? 2 : 0, levelOfAcr(requiredAcr) ?? 0)
  // The last way to sign in is looked after by removal itself; what falls short already is not made worse.
  if (needed < 2 || levelOf(had) < needed || levelOf(withoutBackups(left)) >= needed) return
  throw new Refused('factor.required', {
    status: 409,
    hint: 'This service requires a second step, and this is the only one. Set up another first.',
  })
}

/** They go with the last second step, so they do not stand in for one. */
function withoutBackups<T extends { backup: boolean }>(facts: T[]): T[] {
  return facts.filter(({ backup }) => !backup)
}
