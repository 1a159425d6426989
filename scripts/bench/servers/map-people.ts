// The same people as Latchkey's, in memory, with one password.
import { hash, verify } from '@node-rs/argon2'
import type { Account } from 'oidc-provider'
import type { MapSetting } from './map.ts'

export interface People {
  byId(id: string): Promise<Account | undefined>
  /** The id of whoever has that address and password. */
  check(email: string, password: string): Promise<string | undefined>
}

export async function createPeople({ people, password, hashParameters }: MapSetting): Promise<People> {
  const stored = await hash(password, hashParameters)
  const byId = new Map(people.map(claims => [claims.sub, { accountId: claims.sub, claims: () => claims }]))
  const idOf = new Map(people.map(({ email, sub }) => [email, sub]))
  return {
    byId: id => Promise.resolve(byId.get(id)),
    check: async (email, given) => ((await verify(stored, given)) ? idOf.get(email) : undefined),
  }
}
