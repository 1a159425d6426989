// How an account begins, changes hands and ends, in a real browser, on each store.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { ADDRESS, CLOSE } from '../../src/account/details/paths.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { linkIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import {
  enterMailedCode,
  enterName,
  enterPassword,
  expectHeading,
  field,
  fillSignUp,
  openLink,
  press,
} from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const DAY = 86_400_000

eachEngine((_, openUrl) => {
  describe('a person', () => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())
    afterEach(resetClock)

    async function toConsole(page: Page, path: string, email: string): Promise<void> {
      await page.goto(stage.server.issuer + path)
      await enterName(page, email)
      await enterPassword(page)
    }

    journey('changes the address, and has the old one back when it was not they', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const thief = await open()
      await toConsole(thief, ADDRESS, email)
      await expectHeading(thief, 'Change your address')
      const stolen = newAddress('thief')
      await field(thief, 'New address').fill(stolen)
      await press(thief, 'Send the code')
      await expectHeading(thief, 'Check your mail')
      await enterMailedCode(stage, thief, stolen)
      await expectHeading(thief, 'Your details')
      await thief.getByText('Your address is changed.').waitFor()

      const owner = await open()
      await owner.goto(linkIn(await stage.server.mailTo(email)))
      await expectHeading(owner, 'Go back to this address?')
      await press(owner, 'Go back to my address')
      await expectHeading(owner, 'Your address is back')
      await openLink(owner, 'Sign in')
      await enterName(owner, email)
      await enterPassword(owner)
      await expectHeading(owner, 'Security')

      await thief.reload()
      await thief.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    })

    journey('deletes the account, and comes back within the time', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      await toConsole(page, CLOSE, email)
      await expectHeading(page, 'Close your account?')
      await field(page, 'Your email address').fill(email)
      await press(page, 'Close my account')
      await expectHeading(page, 'Your account is closed')

      moveClock(20 * DAY)
      const later = await open()
      await later.goto(stage.example.url)
      await press(later, 'Sign in')
      await enterName(later, email)
      await enterPassword(later)
      await expectHeading(later, 'Have your account back?')
      await press(later, 'Have it back')
      await press(later, 'Allow')
      await later.waitForURL(`${stage.example.url}/`)
    })

    journey('takes up an invitation', async open => {
      const email = newAddress()
      const wanted = { email, roles: ['auditor'], createdBy: 'a test', lasts: 3600 }
      const { secret } = await stage.server.app.invitations.invite(wanted)
      const page = await open()
      await page.goto(`${stage.server.issuer}/invite/${secret}`)
      await expectHeading(page, 'You are invited')
      await press(page, 'Create your account')
      await expectHeading(page, 'Create your account')
      await page.getByText(email.split('@')[0]!).waitFor()
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await press(page, 'Create account')
      await page.waitForURL(/\/account\//)
      expect((await stage.server.app.accounts.byIdentifier(email))!.roles).to.deep.equal(['auditor'])
    })
  })

  describe('a person of an allowed domain', () => {
    let stage: Stage
    before(async () => {
      const env = { LATCHKEY_REGISTRATION: 'domain', LATCHKEY_REGISTRATION_DOMAINS: 'example.com' }
      stage = await setStage({ store: await openUrl(), env })
    })
    after(() => stage?.close())

    journey('makes an account, after a slip', async open => {
      const page = await open()
      await page.goto(stage.example.url)
      await press(page, 'Create an account')
      await fillSignUp(page, 'rosa@example.org', { name: 'Rosa' })
      await page.getByText('Accounts here are for addresses at example.com.').first().waitFor()
      const email = newAddress()
      await field(page, 'Email').fill(email)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await press(page, 'Create account')
      await enterMailedCode(stage, page, email)
      await press(page, 'Allow')
      await page.waitForURL(`${stage.example.url}/`)
    })
  })
})
