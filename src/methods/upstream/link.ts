// An identity from elsewhere that the owner of an account adds to it, by signing in on both sides.
import type { Account } from '../../core/accounts/account.ts'
import type { Credential } from '../../core/credentials.ts'
import type { Upstream } from '../../lib/config/upstreams.ts'
import { Refused } from '../../lib/errors.ts'
import type { MethodServices } from '../method.ts'
import { identityRecord, personOf, type Identity } from './person.ts'

/** @throws Refused `upstream.taken` where it is another account's: it stays what it is, and nothing is told of whose */
export async function linkedTo(
  account: Account,
  identity: Identity,
  { credentials }: Pick<MethodServices, 'credentials'>,
  upstream: Upstream,
  method: string,
): Promise<Credential> {
  const now = Date.now()
  const record = identityRecord(identity, personOf(upstream, identity.claims), method)
  const known = await credentials.get(record.id)
  if (known && known.accountId !== account.id) {
    const { name } = upstream
    throw new Refused('upstream.taken', { status: 409, values: { name } })
  }
  return { createdAt: now, ...known, ...record, accountId: account.id, updatedAt: now }
}
