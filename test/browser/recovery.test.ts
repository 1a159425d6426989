// A new password, without JavaScript and on another device, on each store. test/browser/stories has the rest of getting back in.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { eachEngine } from '../support/engines.ts'
import { linkIn } from '../support/mailbox.ts'
import { enterName, enterPassword, expectHeading, expectSignedIn, openExample, openLink, press } from './person.ts'
import { setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const NEW_PASSWORD = 'nine blue herons beside the canal'

describe('a person who cannot get in', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    async function forget(page: Page, email: string): Promise<void> {
      await press(page, 'Sign in')
      await enterName(page, email)
      await openLink(page, 'Forgot your password?')
      await press(page, 'Send me a mail')
      await expectHeading(page, 'Check your mail')
    }
    async function choose(page: Page): Promise<void> {
      await expectHeading(page, 'Choose a new password')
      await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
      await press(page, 'Save the new password')
    }

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? 'with' : 'without'
      journey(`forgets the password, and chooses another by the link in a new tab, ${how} JavaScript`, async open => {
        const page = await open({ javaScriptEnabled })
        const email = await openExample(stage, page)
        await forget(page, email)
        const tab = await page.context().newPage()
        await tab.goto(linkIn(await stage.server.mailTo(email)))
        expect(tab.url()).to.match(/\/signin\/[\w-]+\/reset$/)
        await choose(tab)
        await press(tab, 'Allow')
        await expectSignedIn(stage, tab, email)
      })
    }

    journey('chooses it on a telephone, which is not signed in, and goes on where it began', async open => {
      const page = await open()
      const email = await openExample(stage, page)
      await forget(page, email)
      const phone = await open({ viewport: { width: 360, height: 640 } })
      await phone.goto(linkIn(await stage.server.mailTo(email)))
      await choose(phone)
      await expectHeading(phone, 'Your password is changed')
      await openLink(page, 'Back to sign-in')
      await enterName(page, email)
      await enterPassword(page, { password: NEW_PASSWORD })
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      await phone.goto(stage.example.url)
      await press(phone, 'Sign in')
      await expectHeading(phone, 'Sign in to Acme Notes')
    })
  })
})
