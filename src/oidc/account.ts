// An account as the provider's library sees it, and the record behind it.
import type { Account as LibraryAccount } from 'oidc-provider'
import type { Account } from '../core/accounts/account.ts'
import { claimsOf } from './claims.ts'

export interface ProviderAccount extends LibraryAccount {
  record: Account
}

export function toLibraryAccount(record: Account): ProviderAccount {
  return { record, accountId: record.id, claims: () => claimsOf(record) }
}

/** The record of the account that the library has loaded for this request. */
export function recordOf(account: LibraryAccount | undefined): Account | undefined {
  return (account as ProviderAccount | undefined)?.record
}
