// Whose account somebody from elsewhere is, or what becomes of one who has none. What counts is `iss` and `sub` alone: an
// address can be changed, and given to somebody else, so by itself it opens nothing (CVE-2024-21632).
import type { Account } from '../../core/accounts/account.ts'
import { canonicalIdentifier } from '../../core/accounts/names.ts'
import { isOpenTo, mayRegister } from '../../core/accounts/registration.ts'
import type { Proof } from '../../core/signin/proof.ts'
import { Refused } from '../../lib/errors.ts'
import type { Upstream } from '../../lib/config/upstreams.ts'
import type { MethodServices, Try, Verified } from '../method.ts'
import { identityRecord, personOf, type Identity, type Person } from './person.ts'

type Services = Pick<MethodServices, 'accounts' | 'credentials' | 'config'>

/**
 * @throws Refused `upstream.other_account`, `upstream.no_email`, `upstream.no_account`, `upstream.not_allowed`,
 * `upstream.not_invited`, `upstream.email_taken`
 */
export async function resolveIdentity(
  services: Services,
  upstream: Upstream,
  attempted: Try,
  identity: Identity,
  proof: Proof,
): Promise<Verified> {
  const person = personOf(upstream, identity.claims)
  const credential = identityRecord(identity, person, proof.method)
  const linked = await services.credentials.get(credential.id)
  if (linked) {
    const account = await services.accounts.get(linked.accountId)
    if (!account || !isNamed(attempted, account)) throw otherAccount(upstream)
    const usedAt = Date.now()
    // Unlinked meanwhile, it proves nothing any more.
    const used = await services.credentials.update(credential.id, known => ({ ...known, ...credential, usedAt }))
    if (used?.accountId === account.id) return { proof, account }
    throw otherAccount(upstream)
  }

  const { email, emailVerified, profile, roles } = person
  if (!email) {
    throw new Refused('upstream.no_email', { values: { name: upstream.name } })
  }
  const owner = await ownerOf(services, upstream, person, email)
  if (!isNamed(attempted, owner ?? { email })) throw otherAccount(upstream)
  if (!owner) requireNew(services, upstream, attempted, { email, emailVerified })
  return { proof, unlinked: { credential, email, emailVerified, profile, roles, ...(owner ? { owner } : {}) } }
}

/** The account that has the address, for who has it too. An address that nobody vouches for is not even looked for. */
async function ownerOf(
  { accounts }: Services,
  { name }: Upstream,
  { emailVerified }: Person,
  email: string,
): Promise<Account | undefined> {
  const owner = emailVerified ? await accounts.byIdentifier(email) : undefined
  if (!owner || owner.emailVerified) return owner
  throw new Refused('upstream.email_taken', { status: 409, values: { name } })
}

/**
 * An invitation stands above the upstream's own rule, for its address alone: that has to be proven there as well.
 * @throws Refused `upstream.no_account`, `upstream.not_allowed`, `upstream.not_invited`: by the rule, whether or not there is
 * an account
 */
function requireNew(
  { config }: Services,
  { accounts, name }: Upstream,
  { invited }: Try,
  { email, emailVerified }: { email: string; emailVerified: boolean },
): void {
  if (invited !== undefined && mayRegister(config, true)) {
    if (emailVerified && email === invited) return
    throw new Refused('upstream.not_invited', { status: 403, values: { name, email: invited } })
  }
  if (accounts === 'invited' || !isOpenTo(config, email)) throw new Refused('upstream.no_account', { status: 403 })
  if (accounts === 'open' || accounts.includes(email.slice(email.lastIndexOf('@') + 1))) return
  throw new Refused('upstream.not_allowed', { status: 403, values: { name } })
}

/** Whoever typed a name meant it. For a name that is nobody's it is the same, so that nothing shows who has an account. */
function isNamed({ account, identifier }: Try, found: { id?: string; email: string }): boolean {
  if (account && found.id !== undefined) return found.id === account.id
  const name = canonicalIdentifier(identifier)
  return identifier === '' || (name !== undefined && 'email' in name && name.email === found.email)
}

function otherAccount({ name }: Upstream): Refused {
  return new Refused('upstream.other_account', { values: { name } })
}
