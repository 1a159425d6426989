// The views of mailed links, with the locals of their contracts (views.fixtures.ts).
import { prove } from './factor-views.fixtures.ts'
import { client, page } from './page.fixtures.ts'

const email = 'anna@example.com'
const asked = {
  askedFrom: 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
  address: '192.0.2.7',
  askedAt: Date.UTC(2026, 10, 24, 14, 2),
}
const linked = { page, errors: {}, action: '/magic/1', email }

export const linkPages: [name: string, locals: object][] = [
  ['methods/magic-link/prove', { ...prove, sent: 0, to: email }],
  ['methods/magic-link/prove', { ...prove, errors: { code: 'No' }, sent: 2, to: email }],
  ['methods/magic-link/open', { ...linked, remember: true, rememberAllowed: true, cancelAction: '/x' }],
  ['methods/magic-link/elsewhere', { ...linked, ...asked }],
  ['methods/magic-link/code', { page, errors: {}, code: '123456', minutes: 5 }],
  ['magic/made', { ...linked, otherEmail: 'ben@example.com' }],
  ['magic/over', { page, errors: {}, hint: 'It was used already.', asked: true, askUrl: '/signin/1' }],
  ['magic/over', { page, errors: {}, hint: 'It has expired.', asked: false, clientUrl: client.clientUri }],
  ['magic/verify', linked],
  ['magic/verified', { page, errors: {}, email, clientUrl: undefined }],
  ['magic/verified', { page: { ...page, client }, errors: {}, email, clientUrl: client.clientUri }],
  ['magic/ready', { page, errors: {}, clientUrl: client.clientUri }],
]

const made = {
  brandName: 'Latchkey',
  clientName: client.name,
  link: 'http://localhost:3000/magic/1?t=a&u=b',
  until: Date.UTC(2026, 10, 24, 14, 2),
}

export const linkMails: [name: string, locals: object][] = [
  [
    'sign-in-link',
    {
      brandName: 'Latchkey',
      clientName: client.name,
      link: 'http://localhost:3000/magic/1?t=a&u=b',
      lasts: '15 minutes',
      askedFrom: 'Firefox on Windows',
      address: asked.address,
    },
  ],
  ['made-sign-in', made],
  ['made-verify', made],
  ['made-reset', made],
]
