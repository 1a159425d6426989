// Every collection there is, for whoever opens the store.
import { accountDeclaration } from '../core/accounts/account.ts'
import { verificationDeclaration } from '../core/accounts/verifications.ts'
import { attemptDeclaration } from '../core/attempts.ts'
import { challengeDeclaration } from '../core/challenges.ts'
import { consentDeclaration } from '../core/consents.ts'
import { consoleLoginDeclaration } from '../core/consoles/logins.ts'
import { consoleSessionDeclaration } from '../core/consoles/sessions.ts'
import { credentialDeclaration } from '../core/credentials.ts'
import { deviceDeclaration } from '../core/sessions/devices.ts'
import { auditDeclaration } from '../core/events/events.ts'
import { invitationDeclaration } from '../core/links/invitations.ts'
import { jobDeclaration } from '../core/job-records.ts'
import { linkDeclaration } from '../core/links/links.ts'
import { logoutDeclaration } from '../core/sessions/logouts.ts'
import { liveCountDeclaration } from '../core/metrics/live-counts.ts'
import { noticeDeclaration } from '../core/notices/notices.ts'
import { outboxDeclaration, textsDeclaration } from '../core/outbox/outbox.ts'
import { policyChangeDeclaration, policyDeclaration } from '../core/policy/policies.ts'
import { counterDeclaration, floodDeclaration } from '../core/limits/limits.ts'
import { signInDeclaration } from '../core/sessions/signins.ts'
import { clientDeclaration } from './clients/client-record.ts'
import { recoveryDeclaration } from '../core/recoveries/recoveries.ts'
import { keyDeclaration } from './keys/keys.ts'
import { recordKinds, sessionDeclaration } from './store/records.ts'

export const declarations = [
  accountDeclaration,
  credentialDeclaration,
  verificationDeclaration,
  invitationDeclaration,
  deviceDeclaration,
  signInDeclaration,
  attemptDeclaration,
  challengeDeclaration,
  linkDeclaration,
  recoveryDeclaration,
  consentDeclaration,
  counterDeclaration,
  floodDeclaration,
  auditDeclaration,
  jobDeclaration,
  logoutDeclaration,
  outboxDeclaration,
  textsDeclaration,
  noticeDeclaration,
  liveCountDeclaration,
  policyDeclaration,
  policyChangeDeclaration,
  clientDeclaration,
  keyDeclaration,
  sessionDeclaration,
  consoleSessionDeclaration,
  consoleLoginDeclaration,
  ...Object.values(recordKinds).map(kind => kind.declaration),
] as const
