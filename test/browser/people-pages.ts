// The pages on which an account is looked after as a whole: its details, its end, and coming back.
import type { Page } from 'playwright-core'
import { ADDRESS, CLOSE, DETAILS, USERNAME } from '../../src/account/details/paths.ts'
import { linkIn } from '../support/mailbox.ts'
import { enterMailedCode, enterName, enterPassword, expectHeading, field, press } from './person.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

/** A page of the console, by somebody who signs in on the way. */
async function toConsole({ server }: Stage, page: Page, path: string): Promise<string> {
  const username = 'rosa' + newAddress('').slice(1, 7)
  const { email } = await server.person({ email: newAddress(), username })
  await signInAt(server.issuer + path, page, email)
  return email
}

async function signInAt(url: string, page: Page, email: string): Promise<void> {
  await page.goto(url)
  await enterName(page, email)
  await enterPassword(page)
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

async function closeAccount(stage: Stage, page: Page, how = 'Delete it'): Promise<string> {
  const email = await toConsole(stage, page, CLOSE)
  await page.getByLabel(how).check()
  await field(page, 'Your email address').fill(email)
  await press(page, 'Close my account')
  return email
}

async function pauseAccount(stage: Stage, page: Page): Promise<string> {
  const email = await closeAccount(stage, page, 'Switch it off')
  await expectHeading(page, 'Your account is switched off')
  return email
}

async function comeBack(stage: Stage, page: Page, email: string): Promise<void> {
  await signInAt(stage.start(), page, email)
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
    name: 'account-details-changed',
    heading: 'Your details',
    async open(stage, page) {
      const { email } = await toNewAddress(stage, page)
      await enterMailedCode(stage, page, email)
      await page.getByText('Your address is changed.').waitFor()
    },
  },
  {
    name: 'account-address-refused',
    heading: 'Change your address',
    async open(stage, page) {
      const email = await toConsole(stage, page, ADDRESS)
      await field(page, 'New address').fill(email)
      await press(page, 'Send the code')
      await page.getByText('That is the address of your account already.').first().waitFor()
    },
  },
  {
    name: 'account-address-code-refused',
    heading: 'Check your mail',
    async open(stage, page) {
      await toNewAddress(stage, page)
      await field(page, '6-digit code').fill('12345')
      await press(page, 'Confirm')
      await page.getByText('That is not the code we sent.').first().waitFor()
    },
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
    name: 'account-username-refused',
    heading: 'Change your username',
    async open(stage, page) {
      const { username } = await stage.server.person({ username: 'taken' + newAddress('').slice(1, 7) })
      await toConsole(stage, page, USERNAME)
      await field(page, 'Username').fill(username!)
      await press(page, 'Save')
      await page.getByText('That username is taken.').first().waitFor()
    },
  },
  {
    name: 'account-undo-gone',
    heading: 'This link cannot be used',
    async open(stage, page) {
      await toUndo(stage, page)
      const link = page.url()
      await press(page, 'Go back to my address')
      await expectHeading(page, 'Your address is back')
      await page.goto(link)
    },
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
      await comeBack(stage, page, email)
    },
  },
  {
    name: 'come-back-paused',
    heading: 'Have your account back?',
    open: async (stage, page) => comeBack(stage, page, await pauseAccount(stage, page)),
  },
  {
    name: 'account-paused',
    heading: 'Your account is switched off',
    open: async (stage, page) => void (await pauseAccount(stage, page)),
  },
  {
    name: 'mail-account-deactivated',
    heading: 'Your account was deactivated',
    async open(stage, page) {
      const { html } = await stage.server.mailTo(await pauseAccount(stage, page))
      await showMail(page, html)
    },
  },
  {
    name: 'mail-deletion-scheduled',
    heading: 'Your account is about to be deleted',
    async open(stage, page) {
      const email = await closeAccount(stage, page)
      await expectHeading(page, 'Your account is closed')
      await showMail(page, (await stage.server.mailTo(email)).html)
    },
  },
  {
    name: 'not-me-closed',
    heading: 'Was this not you?',
    async open(stage, page) {
      await page.goto(linkIn(await stage.server.mailTo(await pauseAccount(stage, page))))
    },
  },
  {
    name: 'not-me-done-closed',
    heading: 'Your account is yours again',
    async open(stage, page) {
      await page.goto(linkIn(await stage.server.mailTo(await pauseAccount(stage, page))))
      await press(page, 'This was not me')
    },
  },
  {
    name: 'mail-confirm-address',
    heading: 'Confirm your email address',
    async open(stage, page) {
      const { email } = await toNewAddress(stage, page)
      await showMail(page, (await stage.server.mailTo(email)).html)
    },
  },
  {
    name: 'mail-address-changed',
    heading: 'Your address was changed',
    async open(stage, page) {
      const { former, email } = await toNewAddress(stage, page)
      await enterMailedCode(stage, page, email)
      await expectHeading(page, 'Your details')
      await showMail(page, (await stage.server.mailTo(former)).html)
    },
  },
]
