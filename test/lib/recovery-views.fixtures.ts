// The views of getting back in, with the locals of their contracts (views.fixtures.ts).
import { client, page } from './page.fixtures.ts'

const email = 'anna@example.com'
const form = { page, errors: {}, action: '/signin/1/recover', cancelAction: '/signin/1/cancel' }
const sent = { ...form, identifier: email, askAction: '/a', signinUrl: '/s', otherUrl: '/o', again: false }
const reset = { page, errors: {}, action: '/signin/1/reset', email, minLength: 15, byPassword: true }
const asked = {
  askedFrom: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
  address: '192.0.2.7',
  askedAt: Date.UTC(2026, 10, 24, 14, 2),
}

const at = Date.UTC(2026, 10, 24, 14, 2)
const lost = { ...form, accountLabel: email, backUrl: '/signin/1', hours: 72 }
const told = {
  email,
  startedAt: at,
  dueAt: at + 259_200_000,
  endsAt: at + 600_000_000,
  address: '192.0.2.7',
  from: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
}

export const recoveryPages: [name: string, locals: object][] = [
  ['signin/recovery/ask', { ...form, values: { identifier: email }, signinUrl: '/signin/1', namesUrl: '/n' }],
  [
    'signin/recovery/ask',
    { ...form, values: {}, errors: { identifier: 'No' }, signinUrl: '/signin/1', namesUrl: '/n' },
  ],
  ['signin/recovery/names', { ...form, values: { email: '' }, errors: { email: 'No' }, signinUrl: '/signin/1' }],
  ['signin/recovery/names-sent', { ...form, email, signinUrl: '/signin/1' }],
  ['signin/recovery/sent', sent],
  ['signin/recovery/sent', { ...sent, errors: { code: 'No' }, again: true }],
  ['signin/recovery/reset', { ...reset, options: { challenge: 'x' } }],
  ['signin/recovery/reset', { ...reset, byPassword: false, options: { challenge: 'x' } }],
  ['signin/recovery/reset', { ...reset, ...asked, errors: { password: 'No' } }],
  ['signin/recovery/reset', { ...reset, made: true }],
  ['signin/recovery/over', { page, hint: 'It is too old.', askUrl: '/recover', clientUrl: client.clientUri }],
  ['signin/recovery/done', { page, email, clientUrl: client.clientUri }],
  ['signin/lost/lost', lost],
  ['signin/lost/lost', { ...lost, waiting: { dueAt: at, endsAt: at, due: false } }],
  ['signin/lost/lost', { ...lost, waiting: { dueAt: at, endsAt: at, due: true }, errors: { form: 'No' } }],
  ['signin/lost/remove', { ...lost, names: ['Authenticator app'] }],
  ['signin/lost/stop', { page, errors: {}, action: '/recover/stop', ...told }],
  ['signin/lost/stopped', { page, email }],
  ['signin/lost/ready', { page, ...told }],
  ['signin/lost/over', { page, hint: 'It is over.', askUrl: '/account' }],
]

const { endsAt: _endsAt, ...asking } = told

export const recoveryMails: [name: string, locals: object][] = [
  [
    'your-names',
    { lang: 'en', brandName: 'Latchkey', email, username: 'anna', signinUrl: 'http://localhost:3000/account' },
  ],
  [
    'recovery-waiting',
    { lang: 'en', brandName: 'Latchkey', ...asking, stopUrl: 'http://localhost:3000/recover/stop/1' },
  ],
  [
    'recovery-ready',
    {
      lang: 'en',
      brandName: 'Latchkey',
      email,
      endsAt: told.endsAt,
      finishUrl: 'http://localhost:3000/recover/finish/2',
      stopUrl: 'http://localhost:3000/recover/stop/1',
    },
  ],
  [
    'reset-password',
    {
      lang: 'en',
      brandName: 'Latchkey',
      clientName: client.name,
      code: '123456',
      link: 'http://localhost:3000/signin/1/reset/1?t=a&u=b',
      codeLasts: '5 minutes',
      linkLasts: '60 minutes',
      askedFrom: asked.askedFrom,
      address: asked.address,
    },
  ],
]
