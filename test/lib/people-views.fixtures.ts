// The views about an account as a whole, with the locals of their contracts (views.fixtures.ts).
import { ofConsole } from './factor-views.fixtures.ts'
import { client, page } from './page.fixtures.ts'

const email = 'anna@example.com'
const until = Date.UTC(2026, 10, 24)
const form = { page, errors: {}, cancelAction: '/x', action: '/signin/1' }
const close = { ...ofConsole, errors: {}, action: '/c', cancelUrl: '/d', email, until }

export const peoplePages: [name: string, locals: object][] = [
  ['account/details', { ...ofConsole, closeUrl: '/account/close' }],
  ['account/close', { ...close, values: { how: 'delete', confirmation: '' } }],
  ['account/close', { ...close, values: { how: 'pause', confirmation: 'x' }, errors: { confirmation: 'No' } }],
  ['account/closed', { page, until, url: '/account' }],
  ['account/closed', { page, url: '/account' }],
  ['signin/come-back', { ...form, accountLabel: email, until }],
  ['signin/come-back', { ...form, accountLabel: email }],
  ['signin/terms', { ...form, termsUrl: '/terms', version: '2', isNewVersion: true, changes: 'Less is kept.' }],
  ['signin/terms', { ...form, termsUrl: '/terms', privacyUrl: '/p', version: '1', isNewVersion: false }],
  ['signin/invited', { page, errors: {}, action: '/invite/1', email, until, hasAccount: false, otherEmail: email }],
  ['signin/invited', { page, errors: {}, action: '/invite/1', email, until, hasAccount: true }],
  ['signin/invited-ready', { page, errors: {}, clientUrl: client.clientUri }],
]

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

export const peopleMails: [name: string, locals: object][] = [
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
