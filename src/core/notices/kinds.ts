/** What the owner of an account is told of by mail. */
export const NOTICE_KINDS = [
  'new-device',
  'password-changed',
  'factor-added',
  'factor-removed',
  'suspicious-tries',
  'account-locked',
  'session-jumped',
  'account-deactivated',
  'deletion-scheduled',
] as const

export type NoticeKind = (typeof NOTICE_KINDS)[number]
