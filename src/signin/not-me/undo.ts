// What “this was not me” takes back, by the kind of notice. Whoever did it may still know the password, so that goes too;
// the owner sets another by a mail to their address.
import { onlyCredentialId } from '../../core/credentials.ts'
import type { Origin } from '../../core/events/events.ts'
import type { Notice } from '../../core/notices/notices.ts'
import { disownCredential } from '../../methods/enrolment.ts'
import type { SignInServices } from '../services.ts'

export interface Undoing {
  what: 'device' | 'factor' | 'password'
  run(origin: Origin): Promise<unknown>
}

/** In the order in which it is done. */
export async function undoingOf(services: SignInServices, { kind, accountId, facts }: Notice): Promise<Undoing[]> {
  const { credentials, devices } = services
  const all: Undoing[] = []
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
