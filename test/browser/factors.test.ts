// Second factors and codes as a person meets them, in a real browser, with JavaScript and without, on each store.
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { eachEngine } from '../support/engines.ts'
import { Authenticator } from '../support/factors.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import {
  claim,
  enterName,
  enterPassword,
  expectHeading,
  expectSignedIn,
  field,
  openExample,
  press,
  toFocus,
} from './person.ts'
import { setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a person with a second factor', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
      await stage.server.app.policies.set({ kind: 'everyone' }, { secondFactor: 'required' }, 'a test')
    })
    after(() => stage?.close())
    afterEach(resetClock)

    async function toPassword(page: Page): Promise<string> {
      const email = await openExample(stage, page)
      await press(page, 'Sign in')
      await enterName(page, email)
      return email
    }

    journey('sets up an authenticator app, keeps the codes, and signs in by each of them', async open => {
      const page = await open()
      const email = await toPassword(page)
      await enterPassword(page)
      await expectHeading(page, 'Add a second way to prove it is you')
      await page.getByRole('link', { name: /^Authenticator app/ }).click()
      const app = new Authenticator(await page.locator('code.key').innerText())
      await field(page, '6-digit code').fill(app.code())
      await press(page, 'Turn on')
      await expectHeading(page, 'Keep your recovery codes')
      const codes = await page.locator('ol.codes code').allInnerTexts()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Save as a file' }).click(),
      ])
      const saved = await readFile(await file.path(), 'utf8')
      for (const code of codes) expect(saved).to.include(code)
      await page.getByLabel('I have kept them in a safe place').check()
      await press(page, 'Continue')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect(await claim(page, 'ID token', 'acr')).to.equal('urn:latchkey:acr:2')

      moveClock(60_000)
      const phone = await open()
      await phone.goto(stage.example.url)
      await press(phone, 'Sign in')
      await enterName(phone, email)
      await enterPassword(phone)
      await field(phone, '6-digit code').fill(app.code())
      await phone.getByLabel('Do not ask for this on this device').check()
      await press(phone, 'Continue')
      await expectSignedIn(stage, phone, email)

      const other = await open()
      await other.goto(stage.example.url)
      await press(other, 'Sign in')
      await enterName(other, email)
      await enterPassword(other)
      await other.getByRole('link', { name: 'Use a recovery code' }).click()
      await field(other, 'Recovery code').fill('not one of mine')
      await press(other, 'Continue')
      await other.getByText('That is none of your codes').waitFor()
      await field(other, 'Recovery code').fill(codes[3]!)
      await press(other, 'Continue')
      await expectSignedIn(stage, other, email)
    })

    journey('signs in by a code from the mailbox, and is asked for the password after it', async open => {
      const page = await open()
      const email = await toPassword(page)
      await press(page, 'Email me a code')
      await expectHeading(page, 'Check your mail')
      await field(page, '6-digit code').fill(codeIn(await stage.server.mailTo(email)))
      await press(page, 'Continue')
      await expectHeading(page, 'Enter your password')
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect(await claim(page, 'ID token', 'amr')).to.match(/otp.*pwd.*mfa/)
    })

    journey('does it all by the keyboard', async open => {
      const page = await open()
      const email = await toPassword(page)
      await expectHeading(page, 'Enter your password')
      await toFocus(page, '#password')
      await page.keyboard.type(PASSWORD)
      await page.keyboard.press('Enter')
      await expectHeading(page, 'Add a second way to prove it is you')
      await tabTo(page, 'Code by email')
      await page.keyboard.press('Enter')
      await expectHeading(page, 'Codes by email')
      await toFocus(page, 'button')
      await page.keyboard.press('Enter')
      await page.getByText('We sent a 6-digit code').waitFor()
      await toFocus(page, 'input')
      await page.keyboard.type(codeIn(await stage.server.mailTo(email)))
      await page.keyboard.press('Enter')
      await expectHeading(page, 'Keep your recovery codes')
      await tabTo(page, 'Not now')
      await page.keyboard.press('Enter')
      await expectHeading(page, 'Allow Acme Notes to use your account?')
    })
  })
})

/** Goes on with the Tab key until what has the focus says this. */
async function tabTo(page: Page, words: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab')
    const text = await page.evaluate<string>('document.activeElement.textContent')
    if (text.includes(words)) return
  }
  throw new Error(`the Tab key does not lead to “${words}”`)
}
