// What the hosted pages need from the rest of the house; app.ts puts it together.
import type Provider from 'oidc-provider'
import type { Verifications } from '../core/accounts/verifications.ts'
import type { Attempts } from '../core/attempts.ts'
import type { Consents } from '../core/consents.ts'
import type { Devices } from '../core/sessions/devices.ts'
import type { Events, Origin } from '../core/events/events.ts'
import type { Notices } from '../core/notices/notices.ts'
import type { Teller } from '../core/notices/tell.ts'
import type { HeldPolicy } from '../core/policy/held.ts'
import type { Invitations } from '../core/links/invitations.ts'
import type { Recoveries } from '../core/recoveries/recoveries.ts'
import type { EndReason, SignIns } from '../core/sessions/signins.ts'
import type { Work } from '../core/work.ts'
import type { Views } from '../lib/views.ts'
import type { MethodServices } from '../methods/method.ts'
import type { Jumps } from '../oidc/sessions/jumps.ts'

export interface SignInServices extends MethodServices {
  provider: () => Provider
  verifications: Verifications
  attempts: Attempts
  invitations: Invitations
  consents: Consents
  recoveries: Recoveries
  devices: Devices
  signIns: SignIns
  jumps: Jumps
  events: Events
  policy: HeldPolicy
  views: Views
  work: Work
  notices: Notices
  teller: Teller
  /** Ends a session of the provider by its uid. */
  endSession: (uid: string, origin: Origin) => Promise<boolean>
  /** Ends every session and token of an account. */
  endEverywhere: (accountId: string, reason: EndReason, origin: Origin) => Promise<unknown>
}
