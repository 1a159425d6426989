// What the owner of an account is told by mail when somebody, perhaps not they, has changed what it signs in with.
import type { Account } from '../core/accounts/account.ts'
import { inMailOf, languageOfAccount } from '../core/accounts/language.ts'
import type { Credential } from '../core/credentials.ts'
import type { Postbox } from '../core/postbox.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Method } from './method.ts'

interface FactorChange {
  account: Account
  method: Method
  /** Where it is known which one. */
  credential?: Credential
  /** Epoch milliseconds. */
  at: number
  /** The browser's own name for itself (User-Agent); none where an administrator did it. */
  from?: string
}

type Services = { config: Pick<Config, 'name' | 'issuer'>; postbox: Pick<Postbox, 'post'> }

export function noticeFactorAdded(services: Services, change: FactorChange): Promise<void> {
  return post(services, 'factor-added', change)
}

export function noticeFactorRemoved(services: Services, change: FactorChange): Promise<void> {
  return post(services, 'factor-removed', change)
}

function post(
  { config, postbox }: Services,
  mail: string,
  { account, method, credential, at, from }: FactorChange,
): Promise<void> {
  const language = languageOfAccount(account)
  const kind = method.words(language.t).name
  const name = credential && (credential.label ?? method.describe([credential], language.t)[0]?.name)
  return postbox.post(account.email, mail, {
    ...inMailOf(account),
    brandName: config.name,
    email: account.email,
    factor: name && name !== kind ? language.t('methods:named', { kind, name }) : kind,
    at,
    ...(from === undefined ? {} : { from }),
    securityUrl: `${config.issuer}/account/security`,
  })
}
