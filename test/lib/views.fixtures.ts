// Every view with the locals of its contract: what the routes promise to pass, once in peace and once refused.
import { linkMails, linkPages } from './link-views.fixtures.ts'
import { factorMails, factorPages, notMePages, passkeyPart, upstreamPart } from './factor-views.fixtures.ts'
import { declaredFields, peopleMails, peoplePages } from './people-views.fixtures.ts'
import { recoveryMails, recoveryPages } from './recovery-views.fixtures.ts'
import { client, page } from './page.fixtures.ts'

const email = 'anna@example.com'
const form = { page, action: '/signin/1', cancelAction: '/signin/1/cancel', errors: {} }
const signup = {
  ...form,
  values: { email: '' },
  minLength: 15,
  termsUrl: '/terms',
  privacyUrl: '/privacy',
  signinUrl: '/signin/1',
  passkeyAllowed: true,
  domains: [],
  usernames: 'optional',
  fields: [],
  parts: [],
  remember: false,
  rememberAllowed: true,
  accepted: false,
}
const prove = {
  ...form,
  identifier: email,
  remember: false,
  rememberAllowed: true,
  changeAction: '/signin/1/change',
  recoverUrl: '/signin/1/recover',
  otherWays: [],
}
const verifyLink = {
  page,
  action: '/v',
  email,
  startedAt: Date.UTC(2026, 2, 3, 14, 2),
  startedFrom: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
  askPassword: false,
  errors: {},
}
const verify = { ...form, resendAction: '/signin/1/resend', email, isAgain: false, changeUrl: '/signin/1/signup' }
const consent = {
  page,
  errors: {},
  action: '/signin/1',
  switchAction: '/signin/1/switch',
  accountLabel: email,
  scopes: [
    { name: 'openid', title: 'Who you are', detail: 'An identifier', required: true },
    { name: 'email', title: 'Your email address', detail: email, required: false },
  ],
  offline: true,
  rememberAllowed: true,
  clientUri: client.clientUri,
}
const fault = { page, status: 503, heading: 'Not now', message: 'Try again.', traceId: 'T1', retry: true }
const setup = { page, action: '/setup/1', values: { email: '', name: '' }, errors: {}, minLength: 15 }

/** Pairs of a view's name and its locals. */
export const pages: [name: string, locals: object][] = [
  [
    'signin/identify',
    { ...form, values: { identifier: '' }, signupUrl: '/signin/1/signup', parts: [passkeyPart, upstreamPart] },
  ],
  [
    'signin/identify',
    { ...form, values: { identifier: 'anna' }, errors: { identifier: 'No' }, notice: 'Signed out', parts: [] },
  ],
  ['signin/change-password', { ...form, reason: 'admin', identifier: email, minLength: 15 }],
  [
    'signin/change-password',
    { ...form, reason: 'expired', identifier: email, minLength: 15, errors: { password: 'No' } },
  ],
  ['methods/password/prove', prove],
  ['methods/password/prove', { ...prove, errors: { password: 'No' } }],
  ['signin/signup', signup],
  [
    'signin/signup',
    { ...signup, values: { email, username: 'anna', name: 'Anna' }, errors: { email: 'A', password: 'B', terms: 'C' } },
  ],
  ['signin/signup', { ...signup, invited: email, usernames: 'required', fields: declaredFields }],
  ['signin/signup', { ...signup, domains: ['example.com'], usernames: 'off' }],
  ['signin/verify', verify],
  ['signin/verify', { ...verify, isAgain: true, errors: { code: 'No' } }],
  ['signin/verify-link', verifyLink],
  ['signin/verify-link', { ...verifyLink, askPassword: true, errors: { password: 'No' } }],
  ['signin/verified', { page, email, clientName: client.name }],
  [
    'signin/work',
    {
      page: { ...page, script: 'work.js' },
      errors: {},
      action: '/signin/1/work',
      challenge: '{}',
      onward: '',
      againUrl: '/signin/1',
      cancelAction: '/signin/1/cancel',
    },
  ],
  ['signin/username', { ...form, values: { username: 'anna' }, errors: { username: 'Taken' }, optional: true }],
  ['signin/select', { page, accountLabel: email, continueAction: '/c', otherAction: '/o', cancelAction: '/x' }],
  ['signin/consent', consent],
  ['signin/consent', { ...consent, offline: false, rememberAllowed: false, scopes: consent.scopes.slice(0, 1) }],
  ['signin/stale', { page, kind: 'expired', restartUrl: '/again', clientUrl: client.clientUri }],
  ['signin/stale', { page, kind: 'finished', clientUrl: client.clientUri }],
  ['signin/stale', { page, kind: 'unknown' }],
  ['signin/stale', { page, kind: 'link', clientUrl: client.clientUri }],
  ['signin/stale', { page, kind: 'foreign', clientUrl: client.clientUri }],
  ['signin/cookies', { page }],
  [
    'signin/message',
    { page, cancelAction: '/x', heading: 'Closed', body: 'No.', action: { url: '/b', label: 'Back' } },
  ],
  ['setup/setup', setup],
  ['setup/setup', { ...setup, errors: { email: 'A', name: 'B', username: 'C', password: 'D' } }],
  ['setup/done', { page, email }],
  [
    'oidc/error',
    { page, heading: 'No', message: 'No.', developer: [{ label: 'Error', value: 'x' }], retry: false, traceId: 'T1' },
  ],
  ['oidc/error', { page, heading: 'No', message: 'No.', developer: [], retry: true, traceId: 'T1' }],
  ['oidc/logout', { page, action: '/l', xsrf: 'abc', clientName: client.name, accountLabel: email, homeUrl: '/' }],
  ['oidc/logout', { page, action: '/l', xsrf: 'abc', accountLabel: email, homeUrl: '/' }],
  ['oidc/form-post', { page, action: 'https://notes.example.com/cb', fields: [{ name: 'code', value: 'a"b' }] }],
  ['oidc/signed-out', { page, clientName: client.name, clientUri: client.clientUri }],
  ['home', { page, issuer: 'http://localhost:3000', discoveryUrl: 'http://localhost:3000/d' }],
  ['fault', fault],
  ...factorPages,
  ...notMePages,
  ...linkPages,
  ...peoplePages,
  ...recoveryPages,
]

const mail = { brandName: 'Latchkey', email, startedFrom: 'Firefox on Windows', clientName: client.name }
export const mails: [name: string, locals: object][] = [
  ['test', { brandName: 'Latchkey' }],
  [
    'verify-address',
    {
      ...mail,
      code: '123456',
      link: 'http://localhost:3000/v/1?t=a&u=b',
      codeLasts: '5 minutes',
      linkLasts: '24 hours',
    },
  ],
  ['already-registered', { ...mail, signinUrl: 'http://localhost:3000/s' }],
  ...factorMails,
  ...linkMails,
  ...peopleMails,
  ...recoveryMails,
]

/** The same locals with every text made hostile, at any depth; the keys stay. */
export function hostile(locals: unknown, text: string): unknown {
  if (typeof locals === 'string') return text
  if (Array.isArray(locals)) return locals.map(item => hostile(item, text))
  if (typeof locals !== 'object' || locals === null) return locals
  // What a view chooses by, or the layout declares, comes from code and not from anybody's input.
  return Object.fromEntries(
    Object.entries(locals).map(([key, value]) => [
      key,
      ['kind', 'lang', 'layout', 'view', 'role', 'reason', 'refusal'].includes(key) ? value : hostile(value, text),
    ]),
  )
}
