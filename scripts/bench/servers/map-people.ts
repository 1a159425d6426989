// The same people as Latchkey's, in memory, with one password.
import { hash, verify } from '@node-rs/argon2'
import type { Account } from 'oidc-provider'
import { personOf } from '../../../src/cli/seed-people.ts'
import { toLibraryAccount } from '../../../src/oidc/account.ts'
import { HASH_PARAMETERS } from '../../../src/core/hasher.ts'
import { PASSWORD } from './setting.ts'

export interface People {
  byId(id: string): Promise<Account | undefined>
  /** The id of whoever has that address and password. */
  check(email: string, password: string): Promise<string | undefined>
}

export async function createPeople(count: number): Promise<People> {
  const stored = await hash(PASSWORD, HASH_PARAMETERS)
  const records = Array.from({ length: count }, (_, at) => personOf(at + 1, stored).account)
  const byId = new Map(records.map(record => [record.id, record]))
  const byEmail = new Map(records.map(record => [record.email, record]))
  return {
    async byId(id) {
      const record = byId.get(id)
      return record && toLibraryAccount(record)
    },
    async check(email, password) {
      return (await verify(stored, password)) ? byEmail.get(email)?.id : undefined
    },
  }
}
