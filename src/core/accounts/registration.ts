// Who may get an account here, by the installation's mode.
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'

type Mode = Pick<Config, 'registration' | 'registrationDomains'>

/** Whether the form is offered: to whoever comes, or to who was invited. */
export function mayRegister({ registration }: Mode, isInvited: boolean): boolean {
  return registration === 'open' || registration === 'domain' || (registration === 'invitation' && isInvited)
}

/** Whether an account may be made for the address without an invitation. Of a domain, its subdomains are others. */
export function isOpenTo({ registration, registrationDomains }: Mode, email: string): boolean {
  if (registration === 'domain') return registrationDomains.includes(email.slice(email.lastIndexOf('@') + 1))
  return registration === 'open'
}

/** @throws Refused `registration.domain`, 403: by the rule alone, whether or not the address has an account */
export function requireOpenTo(mode: Mode, email: string): void {
  if (isOpenTo(mode, email)) return
  const { registrationDomains: domains } = mode
  throw new Refused('registration.domain', {
    status: 403,
    field: 'email',
    values: { domains: domains.join(', ') },
  })
}

/** @throws Refused `registration.closed`, 403 */
export function closed(): Refused {
  return new Refused('registration.closed', { status: 403 })
}
