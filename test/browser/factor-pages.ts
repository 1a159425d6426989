// The pages on which second factors and codes are asked for and set up.
import type { Page } from 'playwright-core'
import type { Settings } from '../../src/core/policy/settings.ts'
import type { Account } from '../../src/core/accounts/account.ts'
import { Authenticator, addRecoveryCodes, addTotp } from '../support/factors.ts'
import { enterName, enterPassword, expectHeading, field, press } from './person.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

async function signInAs({ server }: Stage, page: Page, url: string, more: Partial<Account> = {}): Promise<Account> {
  const account = await server.person({ email: more.email ?? newAddress() })
  await page.goto(url)
  await enterName(page, account.email)
  return account
}

/** To the page after the password, of somebody who has an authenticator app and codes to fall back on. */
async function toSecond(stage: Stage, page: Page): Promise<Authenticator> {
  const account = await stage.server.person({ email: newAddress() })
  const app = await addTotp(stage.server, account)
  await addRecoveryCodes(stage.server, account)
  await page.goto(stage.start())
  await enterName(page, account.email)
  await enterPassword(page)
  return app
}

/** To the page after the password at an app of its own, for which policy says something. */
async function underPolicy(stage: Stage, page: Page, settings: Settings): Promise<Account> {
  const client = await stage.register({})
  await stage.server.app.policies.set({ kind: 'client', name: client.client_id }, settings, 'a test')
  const account = await signInAs(stage, page, stage.start({}, client))
  await enterPassword(page)
  return account
}

async function toSetUp(stage: Stage, page: Page): Promise<void> {
  await underPolicy(stage, page, { secondFactor: 'required' })
  await page.getByRole('link', { name: /^Authenticator app/ }).click()
}

async function toCodes(stage: Stage, page: Page): Promise<void> {
  await toSetUp(stage, page)
  const app = new Authenticator(await page.locator('code.key').innerText())
  await field(page, '6-digit code').fill(app.code())
  await press(page, 'Turn on')
}

export const factorPages: RealPage[] = [
  {
    name: 'totp',
    heading: 'Enter the code from your app',
    open: async (stage, page) => void (await toSecond(stage, page)),
  },
  {
    name: 'totp-refused',
    heading: 'Enter the code from your app',
    async open(stage, page) {
      await toSecond(stage, page)
      await field(page, '6-digit code').fill('000000')
      await press(page, 'Continue')
    },
  },
  {
    name: 'recovery-code',
    heading: 'Enter a recovery code',
    async open(stage, page) {
      await toSecond(stage, page)
      await page.getByRole('link', { name: 'Use a recovery code' }).click()
    },
  },
  {
    name: 'recovery-code-refused',
    heading: 'Enter a recovery code',
    async open(stage, page) {
      await toSecond(stage, page)
      await page.getByRole('link', { name: 'Use a recovery code' }).click()
      await field(page, 'Recovery code').fill('bcdf-ghjk-mnpq')
      await press(page, 'Continue')
    },
  },
  {
    name: 'email-code',
    heading: 'Check your mail',
    async open(stage, page) {
      await signInAs(stage, page, stage.start())
      await press(page, 'Email me a code')
    },
  },
  {
    name: 'email-code-refused',
    heading: 'Check your mail',
    async open(stage, page) {
      await signInAs(stage, page, stage.start())
      await press(page, 'Email me a code')
      await press(page, 'Send a new code')
      await field(page, '6-digit code').fill('000000')
      await press(page, 'Continue')
    },
  },
  {
    name: 'email-code-unsent',
    heading: 'Sign in by email',
    async open(stage, page) {
      await signInAs(stage, page, stage.start())
      await expectHeading(page, 'Enter your password')
      await page.goto(`${page.url()}/prove/email-code`)
    },
  },
  {
    name: 'enrol-choice',
    heading: 'Add a second way to prove it is you',
    open: async (stage, page) => void (await underPolicy(stage, page, { secondFactor: 'required' })),
  },
  {
    name: 'enrol-choice-grace',
    heading: 'Add a second way to prove it is you',
    open: async (stage, page) =>
      void (await underPolicy(stage, page, { secondFactor: 'required', secondFactorGrace: 604_800 })),
  },
  { name: 'enrol-totp', heading: 'Set up an authenticator app', open: toSetUp },
  {
    name: 'enrol-totp-refused',
    heading: 'Set up an authenticator app',
    async open(stage, page) {
      await toSetUp(stage, page)
      await field(page, '6-digit code').fill('000000')
      await press(page, 'Turn on')
    },
  },
  { name: 'enrol-recovery-codes', heading: 'Keep your recovery codes', open: toCodes },
  {
    name: 'enrol-recovery-codes-refused',
    heading: 'Keep your recovery codes',
    async open(stage, page) {
      await toCodes(stage, page)
      await press(page, 'Continue')
    },
  },
  {
    name: 'enrol-email-code',
    heading: 'Codes by email',
    async open(stage, page) {
      await underPolicy(stage, page, { secondFactor: 'required' })
      await page.getByRole('link', { name: 'Code by email' }).click()
    },
  },
  {
    name: 'enrol-email-code-sent',
    heading: 'Codes by email',
    async open(stage, page) {
      await underPolicy(stage, page, { secondFactor: 'required' })
      await page.getByRole('link', { name: 'Code by email' }).click()
      await press(page, 'Send the first code')
    },
  },
  {
    name: 'mail-sign-in-code',
    heading: 'Your code to sign in',
    async open(stage, page) {
      const { email } = await signInAs(stage, page, stage.start())
      await press(page, 'Email me a code')
      await expectHeading(page, 'Check your mail')
      const { html } = await stage.server.mailTo(email)
      await showMail(page, html)
    },
  },
]
