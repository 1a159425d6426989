// The pages on which a password is chosen, while it is typed.
import type { Page } from 'playwright-core'
import { demandChange } from '../../src/methods/password/due.ts'
import { PASSWORD } from '../support/server.ts'
import { enterName, enterPassword, expectHeading, field, press } from './person.ts'
import type { RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

async function toChange(stage: Stage, page: Page): Promise<void> {
  const { id, email } = await stage.server.person({ email: newAddress() })
  await demandChange(stage.server.app, id, 'admin')
  await page.goto(stage.start())
  await enterName(page, email)
  await enterPassword(page)
}

async function toConsole({ server }: Stage, page: Page): Promise<void> {
  const { email } = await server.person({ email: newAddress() })
  await page.goto(`${server.issuer}/account/security/password/add`)
  await enterName(page, email)
  await enterPassword(page)
  await expectHeading(page, 'Choose a password')
}

/** Types a new password, and waits for what is said about it. */
export async function typePassword(page: Page, password: string, says: string): Promise<void> {
  await field(page, 'Password').fill(password)
  await page.getByRole('status').getByText(says).waitFor()
}

export const passwordPages: RealPage[] = [
  {
    name: 'signup-typed',
    heading: 'Create your account',
    async open(stage, page) {
      await page.goto(stage.start({ prompt: 'create' }))
      await typePassword(page, 'dragon castle1', 'Still too short.')
      await typePassword(page, 'iloveyou123456789', 'Easy to guess')
    },
  },
  {
    name: 'account-password-typed',
    heading: 'Choose a password',
    async open(stage, page) {
      await toConsole(stage, page)
      await typePassword(page, 'nine yellow kites above the valley', 'Hard to guess.')
    },
  },
  {
    name: 'account-password-refused',
    heading: 'Choose a password',
    async open(stage, page) {
      await toConsole(stage, page)
      await field(page, 'Password').fill(PASSWORD)
      await press(page, 'Save')
      await page.getByText('This is your password already').first().waitFor()
    },
  },
  {
    name: 'account-password-changed',
    heading: 'Security',
    async open(stage, page) {
      await toConsole(stage, page)
      await field(page, 'Password').fill('nine yellow kites above the valley')
      await press(page, 'Save')
      await page.getByText('Your password is changed').waitFor()
    },
  },
  { name: 'change-password', heading: 'Choose a new password', open: toChange },
  {
    name: 'change-password-typed',
    heading: 'Choose a new password',
    async open(stage, page) {
      await toChange(stage, page)
      await typePassword(page, 'nine yellow kites above the valley', 'Hard to guess.')
    },
  },
  {
    name: 'change-password-refused',
    heading: 'Choose a new password',
    async open(stage, page) {
      await toChange(stage, page)
      await field(page, 'Password').fill('qwertyuiopasdfghjkl')
      await press(page, 'Save and go on')
      await page.getByText('Many people use this').waitFor()
    },
  },
]
