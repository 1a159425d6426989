// What “this was not me” takes back, by the kind of notice. Whoever did it may still know the password, so that goes too;
// the owner sets another by a mail to their address.
import { mayComeBack, type Account } from '../../core/accounts/account.ts'
import { onlyCredentialId } from '../../core/credentials.ts'
import type { Origin } from '../../core/events/events.ts'
import type { Notice } from '../../core/notices/notices.ts'
import { disownCredential } from '../../methods/enrolment.ts'
import type { SignInServices } from '../services.ts'

export interface Undoing {
  what: 'closing' | 'device' | 'factor' | 'password'
  run(origin: Origin): Promise<unknown>
}

/** In the order in which it is done. */
export async function undoingOf(
  services: SignInServices,
  { kind, accountId, facts }: Notice,
  account: Account,
): Promise<Undoing[]> {
  const { credentials, devices } = services
  const all: Undoing[] = []
  const isClosing = kind === 'account-deactivated' || kind === 'deletion-scheduled'
  // What an administrator has closed is theirs to open.
  if (isClosing && mayComeBack(account, Date.now())) {
    all.push({ what: 'closing', run: origin => bringBack(services, accountId, origin) })
  }
  const device = facts.device
  if (kind === 'new-device' && device) {
    all.push({ what: 'device', run: () => devices.forget(device, accountId) })
  }
  const credential = facts.credential
  if (kind === 'factor-added' && credential && (await credentials.get(credential))?.accountId === accountId) {
    all.push({ what: 'factor', run: origin => disownCredential(services, credential, accountId, origin) })
  }
  const password = onlyCredentialId('password', accountId)
  // Who was wrong did not know it.
  if (
    kind !== 'account-locked' &&
    kind !== 'suspicious-tries' &&
    credential !== password &&
    (await credentials.get(password))
  ) {
    all.push({ what: 'password', run: origin => disownCredential(services, password, accountId, origin) })
  }
  return all
}

async function bringBack({ accounts, events }: SignInServices, accountId: string, origin: Origin): Promise<void> {
  await events.emit({ type: 'account.restored', ...origin, accountId, details: { by: 'person' } })
  await accounts.comeBack(accountId)
}
