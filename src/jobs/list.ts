import type { Accounts } from '../core/accounts/accounts.ts'
import type { Events } from '../core/events/events.ts'
import type { Teller } from '../core/notices/tell.ts'
import type { Postbox } from '../core/outbox/postbox.ts'
import type { Devices } from '../core/sessions/devices.ts'
import type { SignIns } from '../core/sessions/signins.ts'
import type { Config } from '../lib/config/schema.ts'
import { declarations } from '../oidc/declarations.ts'
import type { KeyRing } from '../oidc/keys/keys.ts'
import { purgeAccount } from '../oidc/accounts/purge.ts'
import type { Sessions } from '../oidc/sessions/sessions.ts'
import type { Store } from '../storage/port.ts'
import { endSignIns } from './end-sign-ins.ts'
import type { Job } from './job.ts'
import { purgeAccounts } from './purge-accounts.ts'
import { removeExpired } from './remove-expired.ts'
import { rotateKeys } from './rotate-keys.ts'
import { shortenTraces } from './shorten-traces.ts'
import { sendLogoutsJob } from './send-logouts.ts'
import { tellOfRecoveries, type RecoveryParts } from './tell-of-recoveries.ts'
import { sendOutbox } from './send-outbox.ts'

export interface JobParts extends RecoveryParts {
  config: Pick<Config, 'signingKeyTtl' | 'traceTtl' | 'issuer' | 'name'>
  store: Store
  accounts: Accounts
  signIns: SignIns
  devices: Devices
  sessions: Sessions
  events: Events
  keys: KeyRing
  /** Tells apps of the sign-outs that are due. */
  sendLogouts: () => Promise<{ told: number; failed: number }>
  postbox: Pick<Postbox, 'sendDue' | 'waiting' | 'post'>
  teller: Pick<Teller, 'tellDue'>
}

/** Every job there is: the server runs them by schedule, and `latchkey jobs run` at once. */
export function listJobs(parts: JobParts): Job[] {
  const { config, store, accounts, signIns, sessions, events, keys, sendLogouts, postbox, teller } = parts
  return [
    removeExpired(store, declarations),
    purgeAccounts(accounts, id => purgeAccount({ store, accounts, events, sessions }, id)),
    endSignIns(signIns, sessions, events),
    sendLogoutsJob(sendLogouts),
    sendOutbox(postbox, teller),
    tellOfRecoveries(parts),
    shortenTraces(parts, config.traceTtl),
    rotateKeys(keys, events, config.signingKeyTtl),
  ]
}
