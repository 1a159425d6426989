// What the owner of an account is told by mail when somebody, perhaps not they, has changed what it signs in with.
import type { Account } from '../core/accounts/account.ts'
import type { Postbox } from '../core/postbox.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Method } from './method.ts'

interface FactorChange {
  account: Account
  method: Method
  /** What the credential is called, where it is more than the method's name. */
  name?: string
  /** Epoch milliseconds. */
  at: number
  /** The browser, in words. */
  from: string
}

type Services = { config: Pick<Config, 'name' | 'issuer'>; postbox: Postbox }

export function noticeFactorAdded(services: Services, change: FactorChange): void {
  post(services, 'factor-added', change)
}

export function noticeFactorRemoved(services: Services, change: FactorChange): void {
  post(services, 'factor-removed', change)
}

function post({ config, postbox }: Services, mail: string, { account, method, name, at, from }: FactorChange): void {
  const factor = name && name !== method.words.name ? `${method.words.name} “${name}”` : method.words.name
  postbox.post(account.email, mail, {
    brandName: config.name,
    email: account.email,
    factor,
    at: `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    from,
    securityUrl: `${config.issuer}/account/security`,
  })
}
