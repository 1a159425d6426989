// What somebody who has proven their address, and no more, may set up to get back in.
import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { factsOf } from '../../methods/facts.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'
import { guardsOf } from '../../oidc/authorization/guards.ts'
import type { SignInServices } from '../services.ts'

/** It may become the account's only way in. */
export const ALONE = { alone: true }

export interface Ways {
  password: boolean
  passkey: boolean
}

/**
 * By what policy lets the account use. A passkey is two factors at once: whoever has a second factor does not get around
 * it by one that a mailbox alone has proven.
 */
export async function waysBack(
  services: SignInServices,
  account: Account,
  { client, own }: { client: Client | undefined; own: object | undefined },
): Promise<Ways> {
  await services.policy.read()
  const { clientId } = client ?? ACCOUNT_CONSOLE
  const guards = guardsOf(services.config, clientId)
  const { settings } = services.policy.resolve({ guards, clientId, roles: account.roles })
  const { allowedMethods: allowed } = settings
  const isAllowed = (id: string) => allowed === 'all' || allowed.includes(id)
  const hasSecond = (await factsOf(services, account)).some(({ second }) => second)
  return { password: isAllowed('password'), passkey: isAllowed('passkey') && own !== undefined && !hasSecond }
}
