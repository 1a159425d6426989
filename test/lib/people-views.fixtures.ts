// The views about an account as a whole, with the locals of their contracts (views.fixtures.ts).
import { ofConsole } from './factor-views.fixtures.ts'
import { client, page } from './page.fixtures.ts'

const email = 'anna@example.com'
const until = Date.UTC(2026, 10, 24)
const form = { page, errors: {}, cancelAction: '/x', action: '/signin/1' }
const complete = { ...form, accountLabel: email, changeAction: '/x', errors: { username: 'Taken' } }
const change = { ...ofConsole, errors: {}, action: '/c', cancelUrl: '/d' }
const close = { ...ofConsole, errors: {}, action: '/c', cancelUrl: '/d', email, until }

export const declaredFields = [
  {
    name: 'field.no',
    label: 'Staff number',
    type: 'text',
    value: '',
    optional: false,
    autocomplete: 'off',
    hint: 'Six digits.',
  },
  {
    name: 'field.team',
    label: 'Team',
    type: 'choice',
    value: 'Red',
    options: ['Red', 'Blue'],
    optional: true,
    autocomplete: 'off',
    error: 'No',
  },
  {
    name: 'field.news',
    label: 'News',
    type: 'checkbox',
    value: '',
    optional: false,
    autocomplete: 'off',
    error: 'Tick it.',
  },
]

export const peoplePages: [name: string, locals: object][] = [
  ['account/details', { ...ofConsole, email, emailVerified: false, addressUrl: '/a', closeUrl: '/account/close' }],
  [
    'account/details',
    {
      ...ofConsole,
      email,
      emailVerified: true,
      addressUrl: '/a',
      usernameUrl: '/u',
      username: 'anna',
      phone: '+4915112345678',
      phoneVerified: true,
      closeUrl: '/account/close',
    },
  ],
  ['account/address', { ...change, present: email, emailVerified: true, values: { email: '' } }],
  ['account/address', { ...change, present: email, emailVerified: false, values: { email }, errors: { email: 'No' } }],
  ['account/address-code', { ...change, email, againUrl: '/again', isAgain: true, errors: { code: 'No' } }],
  ['account/username', { ...change, values: { username: 'anna' }, optional: true, errors: { username: 'No' } }],
  ['account/undo', { page, action: '/u', email, newEmail: 'eve@example.com', at: until }],
  ['account/undone', { page, email, recoverUrl: '/recover' }],
  ['account/close', { ...close, values: { how: 'delete', confirmation: '' } }],
  ['account/close', { ...close, values: { how: 'pause', confirmation: 'x' }, errors: { confirmation: 'No' } }],
  ['account/closed', { page, until, url: '/account' }],
  ['account/closed', { page, url: '/account' }],
  ['signin/come-back', { ...form, accountLabel: email, until }],
  ['signin/come-back', { ...form, accountLabel: email }],
  ['signin/terms', { ...form, termsUrl: '/terms', version: '2', isNewVersion: true, changes: 'Less is kept.' }],
  ['signin/terms', { ...form, termsUrl: '/terms', privacyUrl: '/p', version: '1', isNewVersion: false }],
  ['signin/complete', { ...complete, values: { username: 'anna' }, asksUsername: true, fields: [] }],
  ['signin/complete', { ...complete, values: { username: '' }, asksUsername: false, fields: declaredFields }],
  ['signin/invited', { page, errors: {}, action: '/invite/1', email, until, hasAccount: false, otherEmail: email }],
  ['signin/invited', { page, errors: {}, action: '/invite/1', email, until, hasAccount: true }],
  ['signin/invited-ready', { page, errors: {}, clientUrl: client.clientUri }],
]

const at = Date.UTC(2026, 10, 24, 14, 2)
const from = 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0'

export const peopleMails: [name: string, locals: object][] = [
  ['confirm-address', { brandName: 'Latchkey', email, code: '123456', at, from }],
  [
    'address-changed',
    { brandName: 'Latchkey', email, newEmail: 'eve@example.com', at, from, undoUrl: 'http://localhost:3000/u?a=b&c=d' },
  ],
  [
    'invitation',
    {
      brandName: 'Latchkey',
      clientName: client.name,
      link: 'http://localhost:3000/invite/1?a=b&c=d',
      until,
    },
  ],
]
