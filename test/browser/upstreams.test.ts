// Signing in from elsewhere, in a real browser, on each store: through a server shaped as GitHub's, and through another
// Latchkey, each on a site of its own.
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { startApple, type AppleServer } from '../support/apple.ts'
import { eachEngine } from '../support/engines.ts'
import { freePort } from '../support/ports.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { withUpstreams } from '../support/upstreams.ts'
import { claim, enterName, enterPassword, expectHeading, expectSignedIn, openLink, press, toFocus } from './person.ts'
import { comeFromGitHub, newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a person who comes from elsewhere', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    async function goToGitHub(page: Page): Promise<void> {
      await page.goto(stage.example.url)
      await press(page, 'Sign in')
      await press(page, 'Continue with GitHub')
    }

    for (const javaScriptEnabled of [true, false]) {
      journey(`gets an account, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async open => {
        comeFromGitHub(stage, newAddress())
        const page = await open({ javaScriptEnabled })
        await goToGitHub(page)
        await press(page, 'Allow')
        await expectSignedIn(stage, page, 'Mona Lisa')
        expect(await claim(page, 'ID token', 'amr')).to.equal('fed')
        expect(await claim(page, 'ID token', 'acr')).to.equal('urn:latchkey:acr:1')
      })
    }

    journey('links the account that has the address by signing in to it once', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      comeFromGitHub(stage, email)
      const page = await open()
      await goToGitHub(page)
      await expectHeading(page, 'Enter your password')
      expect(await page.getByRole('button', { name: 'Continue with GitHub' }).count()).to.equal(0)
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect(await claim(page, 'ID token', 'amr')).to.equal('pwd')

      const elsewhere = await open()
      await goToGitHub(elsewhere)
      await expectSignedIn(stage, elsewhere, email)
      expect(await claim(elsewhere, 'ID token', 'amr')).to.equal('fed')
    })

    journey('changes their mind there, and signs in by password', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      stage.github.declines = true
      await goToGitHub(page)
      await page.getByText('You did not sign in with GitHub').waitFor()
      stage.github.declines = false
      await enterName(page, email)
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
    })
  })
})

describe('a person who has an account at another Latchkey', () => {
  eachEngine((_, openUrl) => {
    let other: TestServer
    let stage: Stage
    before(async () => {
      // Cookies know no ports: another host is another site.
      const port = await freePort()
      const issuer = `http://127.0.0.1:${port}`
      other = await startServer({ env: { LATCHKEY_ISSUER: issuer, LATCHKEY_PORT: String(port) } })
      const app = await other.register('web', { client_name: 'Acme', first_party: true })
      const keys = { clientId: app.client_id, clientSecret: app.client_secret }
      stage = await setStage({
        store: await openUrl(),
        env: withUpstreams([{ kind: 'oidc', id: 'other', name: 'Elsewhere', issuer, trustEmail: true, ...keys }]),
      })
      const callback = `${stage.server.issuer}/upstream/other/callback`
      await other.app.clients.update(app.client_id, { redirect_uris: [callback] })
    })
    after(async () => {
      await stage?.close()
      await other?.close()
    })

    async function toSecurity(page: Page, email: string): Promise<void> {
      await page.goto(`${stage.server.issuer}/account`)
      await enterName(page, email)
      await enterPassword(page)
      await expectHeading(page, 'Security')
    }

    journey('gets an account by it', async open => {
      const { email } = await other.person({ email: newAddress() })
      const page = await open()
      await page.goto(stage.example.url)
      await press(page, 'Sign in')
      await press(page, 'Continue with Elsewhere')
      await enterName(page, email)
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect(await claim(page, 'ID token', 'amr')).to.equal('fed')
    })

    for (const javaScriptEnabled of [true, false]) {
      journey(
        `links it at Security, ${javaScriptEnabled ? 'with' : 'without'} JavaScript, and unlinks it`,
        async open => {
          const { email } = await stage.server.person({ email: newAddress() })
          const { email: emailThere } = await other.person({ email: newAddress('rosa.at.work') })
          const page = await open({ javaScriptEnabled })
          await toSecurity(page, email)
          await openLink(page, 'Link Elsewhere')
          await expectHeading(page, 'Link Elsewhere')
          await toFocus(page, 'button')
          await page.keyboard.press('Enter')
          await enterName(page, emailThere)
          await enterPassword(page)
          await expectHeading(page, 'Security')
          await page.getByText('Linked: you can sign in with it').waitFor()
          await page.getByText(emailThere).waitFor()
          expect((await stage.server.mailTo(email)).text).to.include('Elsewhere was set up')

          const elsewhere = await open({ javaScriptEnabled })
          await elsewhere.goto(stage.example.url)
          await press(elsewhere, 'Sign in')
          await press(elsewhere, 'Continue with Elsewhere')
          await enterName(elsewhere, emailThere)
          await enterPassword(elsewhere)
          await press(elsewhere, 'Allow')
          await expectSignedIn(stage, elsewhere, email)

          await openLink(page, 'Remove Elsewhere')
          await press(page, 'Remove')
          await page.getByRole('link', { name: 'Link Elsewhere' }).waitFor()
        },
      )
    }

    journey('is told that it signs in to another account already', async open => {
      const { email: emailThere } = await other.person({ email: newAddress() })
      const both = await Promise.all([1, 2].map(() => stage.server.person({ email: newAddress() })))
      for (const [place, { email }] of both.entries()) {
        const page = await open()
        await toSecurity(page, email)
        await openLink(page, 'Link Elsewhere')
        await press(page, 'Continue with Elsewhere')
        await enterName(page, emailThere)
        await enterPassword(page)
        await page.getByText(place === 0 ? 'Linked: you can sign in with it' : 'signs in to another account').waitFor()
      }
    })
  })
})

// Apple's page posts to us from another site. A cookie that is SameSite=Lax goes with no such post, only with the GET that
// we answer it by: whether a browser keeps to that is seen in one alone.
describe('a person who has an account at Apple', () => {
  eachEngine((_, openUrl) => {
    let apple: AppleServer
    let stage: Stage
    before(async () => {
      apple = await startApple()
      stage = await setStage({ store: await openUrl(), env: withUpstreams([apple.entry]) })
    })
    beforeEach(() => {
      apple.user = { sub: `001234.${randomBytes(8).toString('hex')}`, email: newAddress() }
    })
    afterEach(() => expect(apple.complaints).to.deep.equal([]))
    after(async () => {
      await stage?.close()
      await apple?.close()
    })

    journey('gets an account by what its page posts to us, and comes again', async open => {
      for (const first of [true, false]) {
        const page = await open()
        await page.goto(stage.example.url)
        await press(page, 'Sign in')
        await press(page, 'Continue with Apple')
        await expectHeading(page, 'Sign in with your Apple Account')
        await press(page, 'Continue')
        if (first) await press(page, 'Allow')
        await expectSignedIn(stage, page, apple.user.email)
      }
    })

    journey('links it at Security by what its page posts to us', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      await page.goto(`${stage.server.issuer}/account`)
      await enterName(page, email)
      await enterPassword(page)
      await openLink(page, 'Link Apple')
      await press(page, 'Continue with Apple')
      await press(page, 'Continue')
      await page.getByText('Linked: you can sign in with it').waitFor()
      await page.getByText(apple.user.email).waitFor()
      // Nothing of what Apple says of a person stays in an address.
      expect(page.url()).to.equal(`${stage.server.issuer}/account/security?done=linked`)
    })
  })
})
