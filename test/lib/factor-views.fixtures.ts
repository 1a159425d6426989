// The views of the ways to sign in and of the account console, with the locals of their contracts (views.fixtures.ts).
import { page } from './page.fixtures.ts'

const email = 'anna@example.com'
const at = '/signin/1/prove/way'
const refused = { errors: { code: 'No' } }

/** What the shared code adds to every page of a method that asks for a proof. */
export const prove = {
  page,
  role: 'second',
  errors: {},
  action: at,
  challengeAction: `${at}/challenge`,
  changeAction: '/signin/1/switch',
  cancelAction: '/signin/1/cancel',
  identifier: email,
  remember: false,
  rememberAllowed: true,
  trust: false,
  trustDays: 30,
  otherWays: [
    { label: 'Use your authenticator app', url: '/signin/1/prove/totp' },
    { label: 'Email me a code', action: '/signin/1/prove/email-code/challenge' },
  ],
}

const enrol = {
  page,
  errors: {},
  values: { phone: '' },
  action: '/signin/1/enrol/way',
  choicesUrl: '/signin/1/enrol',
  skipAction: '/signin/1/enrol/skip',
  cancelAction: '/signin/1/cancel',
}

const console = {
  accountLabel: email,
  homeUrl: '/account',
  signOutUrl: '/account/sign-out',
  sections: [{ url: '/account/security', label: 'Security', current: true }],
}
export const ofConsole = { page, layout: 'account/layout', console, errors: {} }

/** Three days in epoch milliseconds: what is shown is the day. */
const [made, used, until] = [1_790_000_000_000, 1_790_100_000_000, 1_792_000_000_000]
const credential = {
  name: 'Phone',
  detail: 'synced',
  createdAt: made,
  usedAt: used,
  warning: 'Few are left: make new ones.',
  renameUrl: '/account/security/1/rename',
  removeUrl: '/account/security/1/remove',
}
const ways = [
  {
    name: 'Passkey',
    about: 'Your fingerprint.',
    usable: true,
    addUrl: '/account/security/passkey',
    addLabel: 'Add',
    credentials: [credential],
  },
  { name: 'Code by email', about: 'A 6-digit code.', usable: true, credentials: [] },
]
const security = { ...ofConsole, forgetAction: '/account/security/forget', parts: [] }

export const factorPages: [name: string, locals: object][] = [
  [
    'signin/enrol',
    {
      ...enrol,
      accountLabel: email,
      changeAction: '/signin/1/switch',
      choices: [{ url: '/signin/1/enrol/totp', name: 'Authenticator app', about: 'A code from an app.' }],
      until,
    },
  ],
  [
    'signin/secure',
    {
      page,
      email,
      errors: { password: 'No' },
      action: '/s',
      options: { challenge: 'x' },
      minLength: 15,
      cancelAction: '/x',
    },
  ],
  ['signin/verify-where-begun', { page, email, errors: {} }],
  ...(['admin', 'expired', 'short'] as const).map((reason): [string, object] => [
    'signin/change-password',
    {
      page: { ...page, script: 'strength.js' },
      errors: reason === 'short' ? { password: 'No' } : {},
      reason,
      identifier: email,
      action: '/p',
      minLength: 15,
      cancelAction: '/x',
    },
  ]),
  ['methods/totp/prove', { ...prove, ...refused }],
  [
    'methods/totp/enrol',
    { ...enrol, qr: { size: 41, path: 'M0 0h7v1z' }, address: 'otpauth://totp/a?secret=b', key: 'JBSW Y3DP' },
  ],
  ['methods/email-code/prove', { ...prove, sent: 0, to: email }],
  ['methods/email-code/prove', { ...prove, ...refused, role: 'first', sent: 2, to: email }],
  ['methods/email-code/enrol', { ...enrol, sent: 0, to: email }],
  ['methods/email-code/enrol', { ...enrol, ...refused, sent: 1, to: email }],
  ['methods/sms-code/prove', { ...prove, sent: 0, to: '+49 ••• 89' }],
  ['methods/sms-code/prove', { ...prove, ...refused, sent: 2, to: '+49 ••• 89' }],
  ['methods/sms-code/enrol', { ...enrol, errors: { phone: 'No' } }],
  ['methods/sms-code/enrol', { ...enrol, ...refused, to: '+4915123456789', sent: 2 }],
  ['methods/sms-code/enrol', { ...enrol, cancelUrl: '/account/security', cancelLabel: 'Not now' }],
  ['methods/recovery-codes/prove', { ...prove, ...refused }],
  [
    'methods/recovery-codes/enrol',
    {
      ...enrol,
      errors: { saved: 'Keep them first' },
      codes: ['bcdf-ghjk-mnpq'],
      file: 'data:text/plain,bcdf-ghjk-mnpq',
    },
  ],
  ['methods/passkey/prove', { ...prove, errors: { form: 'No' }, refusal: 'passkey.unknown' }],
  ['methods/upstream/prove', { ...prove, name: 'GitHub', errors: { form: 'No' } }],
  ['methods/passkey/enrol', { ...enrol, options: { challenge: 'x' }, reason: 'upgrade' }],
  ['methods/password/enrol', { ...enrol, identifier: email, minLength: 15 }],
  ['account/link', { ...security, action: '/x', cancelUrl: '/y', name: 'Google' }],
  ['account/security', { ...security, isProtected: false, first: ways, second: [], devices: [] }],
  [
    'account/security',
    {
      ...security,
      isProtected: true,
      first: ways,
      second: ways.map(way => ({ ...way, credentials: [] })),
      devices: [
        { id: 'd1', userAgent: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0', until, lastSeenAt: until, country: 'NL' },
      ],
      notice: 'Removed',
      parts: [{ view: 'methods/passkey/accepted', locals: { signal: { rpId: 'example.com' } } }],
    },
  ],
  ['account/remove', { ...ofConsole, described: { name: 'Phone' }, method: 'Passkey', action: '/r', cancelUrl: '/c' }],
  [
    'account/rename',
    { ...ofConsole, errors: { label: 'No' }, values: { label: 'Phone' }, action: '/r', cancelUrl: '/c' },
  ],
  ['account/message', { ...ofConsole, heading: 'Gone', body: 'It was removed.', action: { url: '/a', label: 'Back' } }],
]

/** Parts of pages: they are shown where a page of these fixtures has them. */
export const upstreamPart = {
  view: 'methods/upstream/identify',
  locals: { name: 'GitHub', challengeAction: '/signin/1/prove/upstream-github/challenge' },
}

export const passkeyPart = {
  view: 'methods/passkey/identify',
  locals: { action: '/signin/1/prove/passkey', challengeAction: '/signin/1/prove/passkey/challenge' },
}

const happened = {
  subject: 'A way to sign in was set up at Latchkey',
  happened: 'A new way to sign in was set up for your account: Authenticator app.',
  at: Date.UTC(2026, 10, 24, 14, 2),
  from: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
  address: '192.0.2.7',
}
const notMe = { page, errors: {}, email }

export const notMePages: [name: string, locals: object][] = [
  ['signin/not-me/ask', { ...notMe, ...happened, action: '/not-me', undone: ['factor', 'password'] }],
  ['signin/not-me/ask', { ...notMe, ...happened, action: '/not-me', byAdmin: true, undone: ['closing', 'device'] }],
  ['signin/not-me/done', { ...notMe, undone: ['closing', 'device', 'factor', 'password'], recoverUrl: '/recover' }],
  ['signin/not-me/over', { ...notMe, hint: 'It was used already.', used: true, recoverUrl: '/recover' }],
  ['signin/not-me/over', { ...notMe, hint: 'It is too old.', used: false, recoverUrl: '/recover' }],
]

const notice = { ...happened, brandName: 'Latchkey', email, disputeUrl: 'http://localhost:3000/not-me/1?t=a&u=b' }

export const factorMails: [name: string, locals: object][] = [
  ['notice', notice],
  ['sign-in-code', { brandName: 'Latchkey', code: '123456', lasts: '5 minutes', clientName: 'Acme Notes' }],
]
