// The pages of installations that are set up in another way: who may register, what is asked of them, and what comes before.
import type { Page } from 'playwright-core'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorization } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { enterName, enterPassword, fillSignUp, press } from './person.ts'
import type { RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

interface Installation {
  server: TestServer
  /** Begins a sign-in to an app of it. */
  start(params?: Record<string, string>): Promise<unknown>
}

function at(
  env: Record<string, string>,
  name: string,
  heading: string,
  open: (installation: Installation, page: Page) => Promise<unknown>,
): RealPage {
  return {
    name,
    heading,
    async open(_, page, later) {
      const server = await startServer({ env })
      later(() => server.close())
      const client = await server.register('web', { client_name: 'Fernwood Library' })
      const start = (params = {}) => page.goto(authorization(server, client, params).url.href)
      await open({ server, start }, page)
    },
  }
}

const TERMS = {
  LATCHKEY_TERMS_URL: 'https://example.com/terms',
  LATCHKEY_TERMS_VERSION: '2026-11',
  LATCHKEY_PRIVACY_URL: 'https://example.com/privacy',
}
const CHANGES = {
  LATCHKEY_TERMS_CHANGES:
    'We now say how long each kind of data is kept. Reminders by text message are free, and can be switched off.',
}
const FIELDS = {
  LATCHKEY_USERNAMES: 'required',
  LATCHKEY_ACCOUNT_FIELDS: JSON.stringify([
    { name: 'card', label: 'Library card', pattern: '\\d{8}', hint: 'The eight digits on its back.', required: true },
    { name: 'branch', label: 'Branch', type: 'choice', options: ['Fernwood', 'Hill Street'], required: true },
    { name: 'born', label: 'Date of birth', type: 'date' },
    { name: 'books', label: 'Books a month', type: 'number' },
    { name: 'news', label: 'Tell me of new books', type: 'checkbox', hint: 'One mail a month, no more.' },
  ]),
}
const DOMAIN = { LATCHKEY_REGISTRATION: 'domain', LATCHKEY_REGISTRATION_DOMAINS: 'fernwood.example,example.org' }

async function toTerms({ server, start }: Installation, page: Page, accepted?: string): Promise<void> {
  const { id, email } = await server.person({ email: newAddress() })
  if (accepted) await server.app.accounts.acceptTerms(id, accepted)
  await start()
  await enterName(page, email)
  await enterPassword(page)
}

/** As somebody who was made an account before anything was asked of them. */
async function toComplete({ server, start }: Installation, page: Page): Promise<void> {
  const { email } = await server.person({ email: newAddress() })
  await start()
  await enterName(page, email)
  await enterPassword(page)
}

/** The first page that is opened by it has to be worked for. */
async function toWork(stage: Stage, page: Page, script: string): Promise<void> {
  // It is over in a moment: here it takes as long as the page is looked at, or does not work at all.
  await page.route('**/assets/altcha/pow.js', route => {
    if (script) void route.fulfill({ contentType: 'text/javascript', body: script })
  })
  const client = await stage.register({})
  await workFor(stage, client)
  await page.goto(stage.start({}, client))
  await enterName(page, newAddress())
}

function workFor({ server }: Stage, { client_id: name }: ClientView): Promise<unknown> {
  return server.app.policies.set({ kind: 'client', name }, { proofOfWork: 'always' }, 'a test')
}

async function invite({ server }: Stage): Promise<{ id: string; link: string }> {
  const wanted = { email: newAddress(), roles: [], createdBy: 'a test', lasts: 86_400 }
  const { invitation, secret } = await server.app.invitations.invite(wanted)
  return { id: invitation.id, link: `${server.issuer}/invite/${secret}` }
}

export const registrationPages: RealPage[] = [
  at(TERMS, 'terms', 'Our terms', toTerms),
  at({ ...TERMS, ...CHANGES }, 'terms-changed', 'Our terms have changed', (one, page) => toTerms(one, page, '2025-01')),
  at({ ...TERMS, ...FIELDS }, 'signup-fields', 'Create your account', ({ start }) => start({ prompt: 'create' })),
  at({ ...TERMS, ...FIELDS }, 'signup-fields-refused', 'Create your account', async ({ start }, page) => {
    await start({ prompt: 'create' })
    await page.getByLabel('Library card').fill('1234')
    await fillSignUp(page, newAddress(), { username: 'rosa' })
    await page.getByText('The eight digits on its back.').first().waitFor()
  }),
  at(FIELDS, 'complete', 'Complete your account', toComplete),
  at(FIELDS, 'complete-refused', 'Complete your account', async (one, page) => {
    await toComplete(one, page)
    await page.getByLabel('Username').fill('rosa')
    await page.getByLabel('Library card').fill('1234')
    await press(page, 'Continue')
    await page.getByText('The eight digits on its back.').first().waitFor()
  }),
  at(DOMAIN, 'signup-domain', 'Create your account', ({ start }) => start({ prompt: 'create' })),
  at(DOMAIN, 'signup-domain-refused', 'Create your account', async ({ start }, page) => {
    await start({ prompt: 'create' })
    await fillSignUp(page, newAddress())
    await page.getByText('Accounts here are for addresses at').first().waitFor()
  }),
  at({ LATCHKEY_REGISTRATION: 'closed' }, 'signup-closed', 'Sign in to Fernwood Library', ({ start }) =>
    start({ prompt: 'create' }),
  ),
  at({ LATCHKEY_USERNAMES: 'required' }, 'account-username-required', 'Change your username', async (one, page) => {
    const { email } = await one.server.person({ email: newAddress(), username: 'rosa' })
    await page.goto(`${one.server.issuer}/account/details/username`)
    await enterName(page, email)
    await enterPassword(page)
    await page.getByLabel('Username').fill('')
    await press(page, 'Save')
    await page.getByText('Choose a username.').first().waitFor()
  }),
  {
    name: 'invitation-revoked',
    heading: 'This link does not work',
    async open(stage, page) {
      const { id, link } = await invite(stage)
      await stage.server.app.invitations.revoke(id)
      await page.goto(link)
    },
  },
  { name: 'work', heading: 'One moment', open: (stage, page) => toWork(stage, page, '') },
  {
    name: 'work-unable',
    heading: 'One moment',
    async open(stage, page) {
      await toWork(stage, page, 'throw new Error("too old")')
      await page.getByText('This check could not be done.').waitFor()
    },
  },
  {
    name: 'work-refused',
    heading: 'One moment',
    async open(stage, page) {
      await toWork(stage, page, '')
      await page.evaluate('document.querySelector("form[data-work]").requestSubmit()')
      await page.getByText('It is done again now.').first().waitFor()
    },
  },
]
