// Signing in by a mailed link, in a real browser, on each store.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { askWorker } from '../cli/cli.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import { claim, enterName, enterPassword, expectHeading, expectSignedIn, field, openExample, press } from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const NEW_PASSWORD = 'nine blue herons beside the canal'

describe('a person with a mailed link', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    async function askForLink(page: Page): Promise<{ email: string; link: string }> {
      const email = await openExample(stage, page)
      await press(page, 'Sign in')
      await enterName(page, email)
      await press(page, 'Email me a link')
      await expectHeading(page, 'Check your mail')
      return { email, link: linkIn(await stage.server.mailTo(email)) }
    }

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? 'with' : 'without'
      journey(`signs in where it was asked for, in a new tab, ${how} JavaScript`, async open => {
        const page = await open({ javaScriptEnabled })
        const { email, link } = await askForLink(page)
        const tab = await page.context().newPage()
        await tab.goto(link)
        // The address that stays in the history has no token.
        expect(tab.url()).to.match(/\/signin\/[\w-]+\/link$/)
        await press(tab, 'Sign in')
        await press(tab, 'Allow')
        await expectSignedIn(stage, tab, email)
        expect(await claim(tab, 'ID token', 'amr')).to.equal('otp')
        await page.reload()
        await expectHeading(page, 'This sign-in is already done')
      })
    }

    journey('opens it on a telephone, and types the code that it shows where the sign-in began', async open => {
      const page = await open()
      const { email, link } = await askForLink(page)
      const phone = await open({ viewport: { width: 360, height: 640 } })
      await phone.goto(link)
      await expectHeading(phone, 'Did you ask for this?')
      await phone.getByText('Acme Notes').first().waitFor()
      await press(phone, 'Yes, show me the code')
      await expectHeading(phone, 'Type this code where you started')
      const code = codeIn({ subject: '', text: await phone.locator('.shown-code').innerText() })
      await field(page, '6-digit code').fill(code)
      await press(page, 'Continue')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      // The phone is let in nowhere.
      await phone.goto(stage.example.url)
      await press(phone, 'Sign in')
      await expectHeading(phone, 'Sign in to Acme Notes')
    })

    journey('follows a link that an administrator made: to the app, and signed in by it', async open => {
      const home = stage.redirectUri.replace('/callback', '/home')
      const client = await stage.register({ client_uri: home, first_party: true })
      const account = await stage.server.person({ email: newAddress() })
      const wanted = { purpose: 'sign-in', account, clientId: client.client_id, lasts: 3600, maxUses: 1 } as const
      const made = await stage.server.app.methodServices.links.make({ ...wanted, createdBy: 'a test' })
      const page = await open()
      await page.goto(`${stage.server.issuer}/magic/${made.token}`)
      expect(page.url()).to.equal(`${stage.server.issuer}/magic`)
      await press(page, 'Sign in')
      await page.getByRole('link', { name: 'Go to Fernwood Library' }).click()
      await page.waitForURL(home)
      await page.goto(stage.start({}, client))
      expect(new URL(page.url()).searchParams.has('code')).to.equal(true)
    })

    /** As an administrator gets it, to hand over. */
    async function handedOver(...more: string[]): Promise<string> {
      const client = ['--client', stage.example.clientId]
      const { code, stdout, stderr } = await askWorker(
        ['users', 'link', '--json', ...client, ...more],
        stage.server.env,
      )
      expect(code, stderr).to.equal(0)
      return (JSON.parse(stdout) as { link: string }).link
    }

    journey('chooses a new password by a link that an administrator handed over, and signs in with it', async open => {
      const account = await stage.server.person({ email: newAddress() })
      const app = await addTotp(stage.server, account)
      const page = await open()
      await page.goto(await handedOver('--purpose', 'reset', '--email', account.email))
      expect(page.url()).to.equal(`${stage.server.issuer}/magic/reset`)
      await page.getByLabel('Password', { exact: true }).fill('short')
      await press(page, 'Save the new password')
      await expectHeading(page, 'Choose a new password')
      await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD)
      await press(page, 'Save the new password')
      await expectHeading(page, 'Your password is changed')
      await page.getByRole('link', { name: 'Go to Acme Notes' }).click()
      await press(page, 'Sign in')
      await enterName(page, account.email)
      await enterPassword(page, { password: NEW_PASSWORD })
      await field(page, '6-digit code').fill(app.code())
      await press(page, 'Continue')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, account.email)
    })

    journey('makes an account by a link that an administrator handed over, for the app', async open => {
      const email = newAddress()
      const page = await open()
      await page.goto(await handedOver('--purpose', 'invite', '--email', email, '--role', 'auditor'))
      await expectHeading(page, 'You are invited to Acme Notes')
      await press(page, 'Create your account')
      await page.getByRole('link', { name: 'Go to Acme Notes' }).click()
      await press(page, 'Sign in')
      await expectHeading(page, 'Create your account')
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await press(page, 'Create account')
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect((await stage.server.app.accounts.byIdentifier(email))!.roles).to.deep.equal(['auditor'])
    })
  })
})
