// A person looks after their account, in a real browser, on each store.
import { expect } from 'chai'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import {
  enterName,
  enterPassword,
  expectHeading,
  field,
  fillTextedCode,
  openLink,
  press,
  setUpSms,
  setUpTotp,
} from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a person at the account console', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())
    afterEach(resetClock)

    journey('protects the account, signs in by that elsewhere, and takes it away again', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      await page.goto(stage.server.issuer)
      await openLink(page, 'Manage your account')
      await enterName(page, email)
      await enterPassword(page)
      await expectHeading(page, 'Security')
      await page.getByText('There is no second step yet.').waitFor()

      const totp = await setUpTotp(page)
      const codes = await page.locator('ol.codes code').allInnerTexts()
      expect(codes).to.have.length(10)
      await page.getByLabel('I have kept them in a safe place').check()
      await press(page, 'Continue')
      await expectHeading(page, 'Security')
      await page.getByText('A second step protects your account.').waitFor()
      await page.getByText('10 of 10 left').waitFor()

      // Elsewhere the password is not enough any more.
      moveClock(60_000)
      const other = await open()
      await other.goto(`${stage.server.issuer}/account`)
      await enterName(other, email)
      await enterPassword(other)
      await expectHeading(other, 'Enter the code from your app')
      await field(other, '6-digit code').fill(totp.generate({ timestamp: Date.now() }))
      await other.getByLabel('Do not ask for this on this device').check()
      await press(other, 'Continue')
      await expectHeading(other, 'Security')

      // Back in the first one it takes a fresh proof, and leads to what was asked for.
      moveClock(6 * 60_000)
      await page.reload()
      await press(page, 'Forget (Chrome on Linux)')
      await page.getByText('Forgotten. The second step').waitFor()
      await openLink(page, 'Rename Authenticator app')
      await expectHeading(page, 'Enter your password')
      await enterPassword(page)
      // Both steps: what was proven long ago, by whoever began the session, does not count.
      await expectHeading(page, 'Enter the code from your app')
      await field(page, '6-digit code').fill(totp.generate({ timestamp: Date.now() }))
      await press(page, 'Continue')
      await expectHeading(page, 'Rename')
      await field(page, 'Name').fill('My telephone')
      await press(page, 'Save')
      await page.getByText('Renamed.').waitFor()

      await openLink(page, 'Remove My telephone')
      await press(page, 'Remove')
      await page.getByText('There is no second step yet.').waitFor()
      expect(await page.getByText('left').count()).to.equal(0)
      const mail = await stage.server.mailTo(email)
      expect(mail.text).to.include('Authenticator app “My telephone” was removed')

      await openLink(page, 'Sign out')
      await press(page, 'Sign out everywhere on this browser')
      await expectHeading(page, 'You are signed out')
      await page.goto(`${stage.server.issuer}/account/security`)
      await expectHeading(page, 'Sign in')
    })

    journey('has codes sent to a telephone, and signs in to an app by one', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      await page.goto(`${stage.server.issuer}/account`)
      await enterName(page, email)
      await enterPassword(page)
      await setUpSms(stage, page)
      await expectHeading(page, 'Keep your recovery codes')
      await openLink(page, 'Not now')
      await page.getByText('A second step protects your account.').waitFor()

      const phone = await open()
      await phone.goto(stage.start())
      await enterName(phone, email)
      await enterPassword(phone)
      await expectHeading(phone, 'Get a code by text message')
      await press(phone, 'Send me a code')
      await fillTextedCode(stage, phone)
      await press(phone, 'Continue')
      await expectHeading(phone, 'Allow Fernwood Library to use your account?')
      expect(stage.twilio.complaints).to.deep.equal([])
    })
  })
})
