// Getting back in, in a real browser, on each store.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import {
  enterName,
  enterPassword,
  expectHeading,
  expectSignedIn,
  field,
  openExample,
  openLink,
  press,
} from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
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

    journey('forgets the password, types the code, and is asked for the second factor', async open => {
      const account = await stage.server.person({ email: newAddress() })
      const app = await addTotp(stage.server, account)
      const page = await open()
      await page.goto(stage.example.url)
      await forget(page, account.email)
      await field(page, '6-digit code').fill(codeIn(await stage.server.mailTo(account.email)))
      await press(page, 'Continue')
      await choose(page)
      await expectHeading(page, 'Enter the code from your app')
      await field(page, '6-digit code').fill(app.code())
      await press(page, 'Continue')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, account.email)
    })

    /** Of a person who has proven the password, and lost the rest: as far as the wait. */
    async function lose(page: Page): Promise<string> {
      const account = await stage.server.person({ email: newAddress() })
      await addTotp(stage.server, account)
      await page.goto(stage.example.url)
      await press(page, 'Sign in')
      await enterName(page, account.email)
      await enterPassword(page)
      await openLink(page, 'I have none of these')
      await press(page, 'Start the wait')
      await expectHeading(page, 'The wait has begun')
      return account.email
    }
    async function mailedLink(email: string, what: 'stop' | 'finish'): Promise<string> {
      await stage.server.app.postbox.settled()
      const all = stage.server.mailbox.to(email).map(({ text }) => text)
      return new RegExp(`https?://\\S+/recover/${what}/\\S+`).exec(all.join('\n'))![0]
    }
    async function waitItOut(): Promise<void> {
      moveClock(72 * 60 * 60_000)
      await stage.server.app.jobs.find(({ name }) => name === 'tell-of-recoveries')!.run()
    }
    afterEach(resetClock)

    journey('has lost the second factor, waits, and gets in by the last mail', async open => {
      const page = await open()
      const email = await lose(page)
      await waitItOut()
      await page.goto(await mailedLink(email, 'finish'))
      await expectHeading(page, 'The wait is over')
      await page.goto(stage.example.url)
      await press(page, 'Sign in')
      await enterName(page, email)
      await enterPassword(page)
      await expectHeading(page, 'Remove what you have lost')
      await press(page, 'Remove all of it')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
    })

    journey('is no thief of the password: its owner stops the wait, signed in nowhere', async open => {
      const thief = await open()
      const email = await lose(thief)
      const owner = await open({ viewport: { width: 360, height: 640 } })
      await owner.goto(await mailedLink(email, 'stop'))
      await expectHeading(owner, 'Stop this?')
      await press(owner, 'Stop it')
      await expectHeading(owner, 'It is stopped')
      const waits = () => stage.server.mailbox.to(email).filter(({ text }) => text.includes('/recover/stop/')).length
      const told = waits()
      await waitItOut()
      await stage.server.app.postbox.settled()
      expect(waits()).to.equal(told)
      await openLink(owner, 'Choose a new password')
      await expectHeading(owner, 'Forgot your password?')
    })

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
