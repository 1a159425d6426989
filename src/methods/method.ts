// The contract of a method: a way to prove who you are. A method is a folder that exports one object of this type, and a
// line in list.ts; the shared routes in signin/ serve them all.
import type { Account } from '../core/accounts/account.ts'
import type { Credentials } from '../core/credentials.ts'
import type { Limits } from '../core/limits.ts'
import type { Proof } from '../core/signin/proof.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Hasher } from '../core/hasher.ts'

/** What methods may use. */
export interface MethodServices {
  config: Config
  credentials: Credentials
  limits: Limits
  hasher: Hasher
}

/** One try to prove something, as the shared route hands it over. */
export interface Try {
  /** As typed; counted under its own name when it is nobody's. */
  identifier: string
  /** Undefined when the name is nobody's. The method then takes as long, and refuses in the same words. */
  account: Account | undefined
  form: Record<string, string>
  address: string
  /** The id of the device, when this browser has been seen with the account. */
  deviceId: string | undefined
}

export interface Method {
  id: string
  /** RFC 8176 values. */
  amr: string[]
  factor: Proof['factor']
  resistsPhishing: boolean
  /** The page that asks for it, under views/. */
  view: string
  isEnrolled(services: MethodServices, accountId: string): Promise<boolean>
  /** @throws Refused in words that do not tell whether the account exists */
  verify(services: MethodServices, attempted: Try): Promise<Proof>
}
