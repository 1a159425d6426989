// The pages on which an account is looked after as a whole: its details, its end, and coming back.
import type { Page } from 'playwright-core'
import { CLOSE, DETAILS } from '../../src/account/details/paths.ts'
import { enterName, enterPassword, expectHeading, field, press } from './person.ts'
import type { RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

/** A page of the console, by somebody who signs in on the way. */
async function toConsole({ server }: Stage, page: Page, path: string): Promise<string> {
  const { email } = await server.person({ email: newAddress(), username: 'rosa' + newAddress('').slice(1, 7) })
  await page.goto(server.issuer + path)
  await enterName(page, email)
  await enterPassword(page)
  return email
}

async function closeAccount(stage: Stage, page: Page): Promise<string> {
  const email = await toConsole(stage, page, CLOSE)
  await field(page, 'Your email address').fill(email)
  await press(page, 'Close my account')
  return email
}

export const peoplePages: RealPage[] = [
  {
    name: 'account-details',
    heading: 'Your details',
    open: async (stage, page) => void (await toConsole(stage, page, DETAILS)),
  },
  {
    name: 'account-close',
    heading: 'Close your account?',
    open: async (stage, page) => void (await toConsole(stage, page, CLOSE)),
  },
  {
    name: 'account-close-refused',
    heading: 'Close your account?',
    async open(stage, page) {
      await toConsole(stage, page, CLOSE)
      await press(page, 'Close my account')
    },
  },
  {
    name: 'account-closed',
    heading: 'Your account is closed',
    open: async (stage, page) => void (await closeAccount(stage, page)),
  },
  {
    name: 'come-back',
    heading: 'Have your account back?',
    async open(stage, page) {
      const email = await closeAccount(stage, page)
      await expectHeading(page, 'Your account is closed')
      await page.goto(stage.start())
      await enterName(page, email)
      await enterPassword(page)
    },
  },
]
