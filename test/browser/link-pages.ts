// The pages that links by email open, and those that wait for them.
import type { Page } from 'playwright-core'
import type { AccountPurpose } from '../../src/core/links/links.ts'
import { linkIn } from '../support/mailbox.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { enterName, expectHeading, field, press } from './person.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

async function asked(stage: Stage, page: Page): Promise<string> {
  const { email } = await stage.server.person({ email: newAddress() })
  await page.goto(stage.start())
  await enterName(page, email)
  await press(page, 'Email me a link')
  await expectHeading(page, 'Check your mail')
  return email
}

async function mailed(stage: Stage, page: Page): Promise<string> {
  return linkIn(await stage.server.mailTo(await asked(stage, page)))
}

async function openElsewhere(stage: Stage, page: Page): Promise<string> {
  const link = await mailed(stage, page)
  await page.context().clearCookies()
  await page.goto(link)
  return link
}

async function openMade(stage: Stage, page: Page, purpose: AccountPurpose = 'sign-in'): Promise<void> {
  const account = await stage.server.person({ email: newAddress(), verified: purpose !== 'verify' })
  const { client_id: clientId } = stage.client
  const wanted = { purpose, account, clientId, lasts: 3600, maxUses: 1, createdBy: 'a test' }
  const { token } = await stage.server.app.methodServices.links.make(wanted)
  await page.goto(`${stage.server.issuer}/magic/${token}`)
}

async function showMadeMail(stage: Stage, page: Page, name: string): Promise<void> {
  const { email } = await stage.server.person({ email: newAddress() })
  await stage.server.app.postbox.post(email, name, {
    brandName: 'Latchkey',
    clientName: 'Fernwood Library',
    link: `${stage.server.issuer}/magic/a-token`,
    until: Date.UTC(2030, 0, 1),
  })
  await showMail(page, (await stage.server.mailTo(email)).html)
}

export const linkPages: RealPage[] = [
  { name: 'magic-link', heading: 'Check your mail', open: async (stage, page) => void (await asked(stage, page)) },
  {
    name: 'magic-link-unsent',
    heading: 'Sign in by email',
    async open(stage, page) {
      const { email } = await stage.server.person({ email: newAddress() })
      await page.goto(stage.start())
      await enterName(page, email)
      await expectHeading(page, 'Enter your password')
      await page.goto(`${page.url()}/prove/magic-link`)
    },
  },
  {
    name: 'magic-link-refused',
    heading: 'Check your mail',
    async open(stage, page) {
      await asked(stage, page)
      await field(page, '6-digit code').fill('000000')
      await press(page, 'Continue')
    },
  },
  {
    name: 'magic-link-open',
    heading: 'Sign in to Fernwood Library?',
    open: async (stage, page) => void (await page.goto(await mailed(stage, page))),
  },
  {
    name: 'magic-link-elsewhere',
    heading: 'Did you ask for this?',
    open: async (stage, page) => void (await openElsewhere(stage, page)),
  },
  {
    name: 'magic-link-code',
    heading: 'Type this code where you started',
    async open(stage, page) {
      await openElsewhere(stage, page)
      await press(page, 'Yes, show me the code')
    },
  },
  {
    name: 'magic-link-used',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = await openElsewhere(stage, page)
      await press(page, 'Yes, show me the code')
      await page.goto(link)
    },
  },
  {
    name: 'magic-link-expired',
    heading: 'This link cannot be used',
    async open(stage, page) {
      const link = await mailed(stage, page)
      moveClock(16 * 60_000)
      await page.goto(link)
      resetClock()
    },
  },
  { name: 'magic-made', heading: 'Sign in to Fernwood Library?', open: (stage, page) => openMade(stage, page) },
  {
    name: 'magic-ready',
    heading: 'Go on at Fernwood Library',
    async open(stage, page) {
      await openMade(stage, page)
      await press(page, 'Sign in')
    },
  },
  {
    name: 'magic-over',
    heading: 'This link cannot be used',
    async open(stage, page) {
      await openMade(stage, page)
      await press(page, 'Sign in')
      await page.goto(`${stage.server.issuer}/magic`)
    },
  },
  {
    name: 'magic-verify',
    heading: 'Is this your address?',
    open: (stage, page) => openMade(stage, page, 'verify'),
  },
  {
    name: 'magic-verified',
    heading: 'Address confirmed',
    async open(stage, page) {
      await openMade(stage, page, 'verify')
      await press(page, 'Yes, this is my address')
    },
  },
  {
    name: 'magic-reset',
    heading: 'Choose a new password',
    open: (stage, page) => openMade(stage, page, 'reset'),
  },
  {
    name: 'mail-made-verify',
    heading: 'Is this your address?',
    open: (stage, page) => showMadeMail(stage, page, 'made-verify'),
  },
  {
    name: 'mail-made-reset',
    heading: 'Choose a new password',
    open: (stage, page) => showMadeMail(stage, page, 'made-reset'),
  },
  {
    name: 'mail-sign-in-link',
    heading: 'Sign in to Fernwood Library',
    async open(stage, page) {
      const { html } = await stage.server.mailTo(await asked(stage, page))
      await showMail(page, html)
    },
  },
]
