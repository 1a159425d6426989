// The pages on which an account is looked after as a whole: its details, its end, and coming back.
import type { Page } from 'playwright-core'
import { ADDRESS, CLOSE, DETAILS, USERNAME } from '../../src/account/details/paths.ts'
import { linkIn } from '../support/mailbox.ts'
import { enterMailedCode, enterName, enterPassword, expectHeading, field, press } from './person.ts'
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

async function toNewAddress(stage: Stage, page: Page): Promise<{ former: string; email: string }> {
  const former = await toConsole(stage, page, ADDRESS)
  const email = newAddress()
  await field(page, 'New address').fill(email)
  await press(page, 'Send the code')
  await expectHeading(page, 'Check your mail')
  return { former, email }
}

/** To the page that the mail to the former address leads to. */
async function toUndo(stage: Stage, page: Page): Promise<string> {
  const { former, email } = await toNewAddress(stage, page)
  await enterMailedCode(stage, page, email)
  await expectHeading(page, 'Your details')
  await page.goto(linkIn(await stage.server.mailTo(former)))
  return former
}

async function toInvitation({ server }: Stage, page: Page): Promise<string> {
  const email = newAddress()
  const wanted = { email, roles: [], createdBy: 'a test', lasts: 86_400 }
  const { secret } = await server.app.invitations.invite(wanted)
  await page.goto(`${server.issuer}/invite/${secret}`)
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
    name: 'account-address',
    heading: 'Change your address',
    open: async (stage, page) => void (await toConsole(stage, page, ADDRESS)),
  },
  {
    name: 'account-address-code',
    heading: 'Check your mail',
    open: async (stage, page) => void (await toNewAddress(stage, page)),
  },
  {
    name: 'account-username',
    heading: 'Change your username',
    open: async (stage, page) => void (await toConsole(stage, page, USERNAME)),
  },
  {
    name: 'account-undo',
    heading: 'Go back to this address?',
    open: async (stage, page) => void (await toUndo(stage, page)),
  },
  {
    name: 'account-undone',
    heading: 'Your address is back',
    async open(stage, page) {
      await toUndo(stage, page)
      await press(page, 'Go back to my address')
    },
  },
  {
    name: 'invited',
    heading: 'You are invited',
    open: async (stage, page) => void (await toInvitation(stage, page)),
  },
  {
    name: 'invited-signup',
    heading: 'Create your account',
    async open(stage, page) {
      await toInvitation(stage, page)
      await press(page, 'Create your account')
    },
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
