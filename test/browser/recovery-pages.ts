// The pages by which people get back in.
import type { Page } from 'playwright-core'
import { addTotp } from '../support/factors.ts'
import { linkIn } from '../support/mailbox.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { enterName, enterPassword, expectHeading, field, openLink, press } from './person.ts'
import { typePassword } from './password-pages.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

const NEW_PASSWORD = 'nine blue herons beside the canal'

async function toForm(stage: Stage, page: Page): Promise<string> {
  const { email } = await stage.server.person({ email: newAddress() })
  await page.goto(stage.start())
  await enterName(page, email)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await expectHeading(page, 'Forgot your password?')
  return email
}

async function asked(stage: Stage, page: Page): Promise<string> {
  const email = await toForm(stage, page)
  await press(page, 'Send me a mail')
  await expectHeading(page, 'Check your mail')
  return email
}

async function openElsewhere(stage: Stage, page: Page): Promise<string> {
  const link = linkIn(await stage.server.mailTo(await asked(stage, page)))
  await page.context().clearCookies()
  await page.goto(link)
  return link
}

async function chosenElsewhere(stage: Stage, page: Page): Promise<string> {
  const link = await openElsewhere(stage, page)
  await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
  await press(page, 'Save the new password')
  return link
}

const HOUR = 60 * 60_000

/** To “The wait has begun”. */
async function toLost(stage: Stage, page: Page): Promise<string> {
  const account = await stage.server.person({ email: newAddress() })
  await addTotp(stage.server, account)
  await page.goto(stage.start())
  await enterName(page, account.email)
  await enterPassword(page)
  await openLink(page, 'I have none of these')
  await expectHeading(page, 'Get in without your second step')
  return account.email
}

async function waiting(stage: Stage, page: Page): Promise<string> {
  const email = await toLost(stage, page)
  await press(page, 'Start the wait')
  await expectHeading(page, 'The wait has begun')
  return email
}

/** The mail that the job sends when the wait is over. */
async function ready(stage: Stage, page: Page) {
  const email = await waiting(stage, page)
  await stage.server.mailTo(email)
  moveClock(72 * HOUR)
  await stage.server.app.jobs.find(({ name }) => name === 'tell-of-recoveries')!.run()
  return stage.server.mailTo(email)
}

function linkTo(what: 'stop' | 'finish', { text }: { text: string }): string {
  return new RegExp(`https?://\\S+/recover/${what}/\\S+`).exec(text)![0]
}

const lostPages: RealPage[] = [
  {
    name: 'lost',
    heading: 'Get in without your second step',
    open: async (stage, page) => void (await toLost(stage, page)),
  },
  {
    name: 'lost-waiting',
    heading: 'The wait has begun',
    open: async (stage, page) => void (await waiting(stage, page)),
  },
  {
    name: 'lost-waiting-due',
    heading: 'The wait is over',
    async open(stage, page) {
      const { to } = await ready(stage, page)
      // Without the link of the last mail.
      await page.goto(stage.start())
      await enterName(page, to)
      await enterPassword(page)
      await openLink(page, 'I have none of these')
    },
  },
  {
    name: 'lost-finish-over',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const mail = await ready(stage, page)
      await page.goto(linkTo('stop', mail))
      await press(page, 'Stop it')
      await expectHeading(page, 'It is stopped')
      await page.goto(linkTo('finish', mail))
    },
  },
  {
    name: 'lost-stop',
    heading: 'Stop this?',
    open: async (stage, page) =>
      void (await page.goto(linkTo('stop', await stage.server.mailTo(await waiting(stage, page))))),
  },
  {
    name: 'lost-stopped',
    heading: 'It is stopped',
    async open(stage, page) {
      await page.goto(linkTo('stop', await stage.server.mailTo(await waiting(stage, page))))
      await press(page, 'Stop it')
    },
  },
  {
    name: 'lost-over',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = linkTo('stop', await stage.server.mailTo(await waiting(stage, page)))
      await page.goto(link)
      await press(page, 'Stop it')
      await page.goto(link)
    },
  },
  {
    name: 'lost-ready',
    heading: 'The wait is over',
    async open(stage, page) {
      await page.goto(linkTo('finish', await ready(stage, page)))
      resetClock()
    },
  },
  {
    name: 'lost-remove',
    heading: 'Remove what you have lost',
    async open(stage, page) {
      const mail = await ready(stage, page)
      await page.goto(linkTo('finish', mail))
      await page.goto(stage.start())
      await enterName(page, mail.to)
      await enterPassword(page)
      await expectHeading(page, 'Remove what you have lost')
      resetClock()
    },
  },
  {
    name: 'mail-recovery-waiting',
    heading: 'Somebody wants in without your second step',
    async open(stage, page) {
      const { html } = await stage.server.mailTo(await waiting(stage, page))
      await showMail(page, html)
    },
  },
  {
    name: 'mail-recovery-ready',
    heading: 'The wait is over',
    async open(stage, page) {
      const { html } = await ready(stage, page)
      resetClock()
      await showMail(page, html)
    },
  },
]

export const recoveryPages: RealPage[] = [
  ...lostPages,
  {
    name: 'recover',
    heading: 'Forgot your password?',
    open: async (stage, page) => void (await toForm(stage, page)),
  },
  {
    name: 'recover-refused',
    heading: 'Forgot your password?',
    async open(stage, page) {
      await toForm(stage, page)
      await field(page, 'Email or username').fill('')
      await press(page, 'Send me a mail')
      await page.getByText('Enter your email address or your username.').first().waitFor()
    },
  },
  {
    name: 'recover-names',
    heading: 'Forgot your username?',
    async open(stage, page) {
      await toForm(stage, page)
      await openLink(page, 'Have it sent to you')
    },
  },
  {
    name: 'recover-names-sent',
    heading: 'Check your mail',
    async open(stage, page) {
      const email = await toForm(stage, page)
      await openLink(page, 'Have it sent to you')
      await field(page, 'Email').fill(email)
      await press(page, 'Send me a mail')
    },
  },
  { name: 'recover-sent', heading: 'Check your mail', open: async (stage, page) => void (await asked(stage, page)) },
  {
    name: 'recover-code-refused',
    heading: 'Check your mail',
    async open(stage, page) {
      await asked(stage, page)
      await field(page, '6-digit code').fill('12345')
      await press(page, 'Continue')
    },
  },
  {
    name: 'recover-reset',
    heading: 'Choose a new password',
    open: async (stage, page) => void (await page.goto(linkIn(await stage.server.mailTo(await asked(stage, page))))),
  },
  {
    name: 'recover-reset-refused',
    heading: 'Choose a new password',
    async open(stage, page) {
      await page.goto(linkIn(await stage.server.mailTo(await asked(stage, page))))
      await page.getByLabel('Password', { exact: true }).fill('too short')
      await press(page, 'Save the new password')
    },
  },
  {
    name: 'recover-elsewhere',
    heading: 'Choose a new password',
    open: async (stage, page) => void (await openElsewhere(stage, page)),
  },
  {
    name: 'recover-elsewhere-typed',
    heading: 'Choose a new password',
    async open(stage, page) {
      await openElsewhere(stage, page)
      await typePassword(page, NEW_PASSWORD, 'Hard to guess.')
    },
  },
  {
    name: 'recover-done',
    heading: 'Your password is changed',
    open: async (stage, page) => void (await chosenElsewhere(stage, page)),
  },
  {
    name: 'recover-used',
    heading: 'This link cannot be used',
    open: async (stage, page) => void (await page.goto(await chosenElsewhere(stage, page))),
  },
  {
    name: 'recover-expired',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = linkIn(await stage.server.mailTo(await asked(stage, page)))
      moveClock(61 * 60_000)
      await page.goto(link)
      resetClock()
    },
  },
  {
    name: 'mail-your-names',
    heading: 'What you sign in with',
    async open(stage, page) {
      const email = await toForm(stage, page)
      await openLink(page, 'Have it sent to you')
      await field(page, 'Email').fill(email)
      await press(page, 'Send me a mail')
      await expectHeading(page, 'Check your mail')
      await showMail(page, (await stage.server.mailTo(email)).html)
    },
  },
  {
    name: 'mail-reset-password',
    heading: 'Choose a new password',
    async open(stage, page) {
      const { html } = await stage.server.mailTo(await asked(stage, page))
      await showMail(page, html)
    },
  },
]
