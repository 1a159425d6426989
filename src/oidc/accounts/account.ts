// An account as the provider's library sees it, and the record behind it.
import type { Account as LibraryAccount } from 'oidc-provider'
import type { AccountField } from '../../lib/config/account-fields.ts'
import type { Account } from '../../core/accounts/account.ts'
import { claimsOf } from './claims.ts'

export interface ProviderAccount extends LibraryAccount {
  record: Account
}

export function toLibraryAccount(record: Account, fields: readonly AccountField[]): ProviderAccount {
  return { record, accountId: record.id, claims: () => claimsOf(record, fields) }
}

/** The record of the account that the library has loaded for this request. */
export function recordOf(account: LibraryAccount | undefined): Account | undefined {
  return (account as ProviderAccount | undefined)?.record
}
