// Whether a password that was right has to be changed all the same.
import type { Account } from '../../core/accounts/account.ts'
import type { Credential } from '../../core/credentials.ts'
import type { MethodServices } from '../method.ts'
import { passwordDataSchema } from './data.ts'
import { isNeverAlone } from './rules.ts'

type Reason = NonNullable<Account['passwordChange']>['reason']

/** Notes on the account that its password is to be changed, if it has become too old, or too short since it stands alone. */
export async function noteChangeDue(services: MethodServices, account: Account, own: Credential): Promise<void> {
  const reason = await reasonToChange(services, account, own)
  if (reason) await demandChange(services, account.id, reason)
}

/** From the next request on, nothing goes on before the password is changed. @returns the account; undefined for none */
export function demandChange(
  { accounts }: Pick<MethodServices, 'accounts'>,
  accountId: string,
  reason: Reason,
): Promise<Account | undefined> {
  return accounts.change(accountId, account =>
    account.passwordChange ? account : { ...account, passwordChange: { reason, at: Date.now() } },
  )
}

async function reasonToChange(
  services: MethodServices,
  account: Account,
  { data, createdAt }: Credential,
): Promise<Reason | undefined> {
  const { short, chosenAt = createdAt } = passwordDataSchema.parse(data)
  if (short && !(await isNeverAlone(services, account))) return 'short'
  const { passwordMaxAge } = services.config
  if (passwordMaxAge === undefined) return undefined
  return chosenAt + passwordMaxAge * 1000 <= Date.now() ? 'expired' : undefined
}
