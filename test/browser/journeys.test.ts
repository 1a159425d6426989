// The main journeys through the example app, in a real browser, on each store.
import { expect } from 'chai'
import { COMMON, eachEngine, WITH_REDIS } from '../support/engines.ts'
import { linkIn } from '../support/mailbox.ts'
import { claim, enterMailedCode, expectSignedIn, expectHeading, press, signIn, signUp } from './person.ts'
import { PASSWORD, startServer } from '../support/server.ts'
import { startWorkers } from '../support/workers.ts'
import { setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

for (const [where, start, engines] of [
  ['a person in a browser', startServer, WITH_REDIS],
  ['a person in a browser, served by two workers', startWorkers, COMMON],
] as const)
  describe(where, () => {
    eachEngine((_name, openUrl, env) => {
      let stage: Stage

      before(async () => {
        stage = await setStage({ store: await openUrl(), env }, start)
      })
      after(() => stage?.close())

      journey('creates an account, allows the app in, refreshes, signs out, and signs in again', async open => {
        const page = await open()
        const email = await signUp(stage, page)
        await enterMailedCode(stage, page, email)
        await expectHeading(page, 'Allow Acme Notes to use your account?')
        await press(page, 'Allow')

        await expectSignedIn(stage, page, 'Rosa Lindqvist')
        expect(await claim(page, 'ID token', 'iss')).to.equal(stage.server.issuer)
        expect(await claim(page, 'ID token', 'acr')).to.equal('urn:latchkey:acr:1')
        expect(await claim(page, 'ID token', 'amr')).to.equal('pwd')
        expect(await claim(page, 'Userinfo', 'email')).to.equal(email)
        expect(await claim(page, 'Userinfo', 'email_verified')).to.equal('true')
        const sub = await claim(page, 'ID token', 'sub')

        await press(page, 'Refresh tokens')
        await page.getByRole('status').getByText('Tokens refreshed.', { exact: true }).waitFor()
        expect(await claim(page, 'ID token', 'sub')).to.equal(sub)

        await press(page, 'Sign out')
        await press(page, 'Sign out everywhere on this browser')
        await page.waitForURL(`${stage.example.url}/`)
        await expectHeading(page, 'Your notes, wherever you are.')

        // What was allowed is remembered: nothing is asked but who this is.
        await signIn(page, email)
        await expectSignedIn(stage, page, 'Rosa Lindqvist')
        expect(await claim(page, 'ID token', 'sub')).to.equal(sub)
      })

      journey('proves the address by the mailed link in another browser, and goes on in the first', async open => {
        const page = await open()
        const email = await signUp(stage, page)
        const phone = await open()
        await phone.goto(linkIn(await stage.server.mailTo(email)))
        await phone.getByText(email).waitFor()
        // Only who chose the password confirms from elsewhere.
        await phone.getByLabel('Password', { exact: true }).fill(PASSWORD)
        await press(phone, 'Confirm this address')
        await expectHeading(phone, 'Address confirmed')
        // The phone is let in nowhere.
        await phone.goto(stage.example.url)
        await press(phone, 'Sign in')
        await expectHeading(phone, 'Sign in to Acme Notes')

        // The page that still waits for the code goes on, whichever of its buttons is pressed.
        await press(page, 'Confirm')
        await expectHeading(page, 'Allow Acme Notes to use your account?')
        await press(page, 'Allow')
        await expectSignedIn(stage, page, 'Rosa Lindqvist')
      })
    }, engines)
  })
