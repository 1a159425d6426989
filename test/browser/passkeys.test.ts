// Passkeys in a real browser with its virtual authenticator, and the `acr` and `amr` that a real app gets.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { removeCredential } from '../../src/methods/enrolment.ts'
import { passkeyRecordId } from '../../src/methods/passkey/data.ts'
import { device, securityKey, withoutAutofill, type VirtualAuthenticator } from '../support/authenticator.ts'
import { eachEngine } from '../support/engines.ts'
import { relyingParty, type RelyingParty } from '../support/openid-rp.ts'
import { addPasskey } from '../support/passkeys.ts'
import { enterMailedCode, enterName, enterPassword, expectHeading, field, openLink, press, toAble } from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const acr = (value: string) => ({ claims: JSON.stringify({ id_token: { acr: { essential: true, values: [value] } } }) })
const SYNCED = ['pop', 'swk', 'user', 'mfa']
const BOUND = ['pop', 'hwk', 'user', 'mfa']

describe('passkeys in a browser', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    let app: RelyingParty

    before(async () => {
      stage = await setStage({ store: await openUrl() })
      const client = await stage.register({ first_party: true, client_name: 'Acme Notes' })
      app = await relyingParty(stage.server, client, stage.redirectUri)
    })
    after(() => stage?.close())

    const newPerson = () => stage.server.person({ email: newAddress() })
    const accountOf = async (email: string) => (await stage.server.app.accounts.byIdentifier(email))!
    async function byPassword(page: Page, { email }: { email: string }): Promise<void> {
      await enterName(page, email)
      await enterPassword(page)
    }
    const forget = (page: Page) => page.context().clearCookies()
    /** Until the device was told; the test's own time limit ends it otherwise. */
    async function forgotten(own: VirtualAuthenticator): Promise<void> {
      while ((await own.credentials()).length > 0);
    }

    journey('signs up with a passkey alone, and in again without typing a name', async open => {
      const page = await open()
      const own = await device(page)
      const email = newAddress()
      const first = await app.send(page, { prompt: 'create' })
      await field(page, 'Email').fill(email)
      await press(page, 'Use a passkey instead')
      await enterMailedCode(stage, page, email)
      await expectHeading(page, 'Make your passkey')
      // There is no account yet, and so far nothing is on the device.
      expect(await own.credentials()).to.deep.equal([])
      await press(page, 'Make a passkey')
      await expectHeading(page, 'Keep your recovery codes')
      await press(page, 'Not now')
      const made = await first()
      expect(made).to.include({ acr: 'phr', sub: (await accountOf(email)).id })
      expect(made.amr).to.deep.equal(SYNCED)
      expect(await own.credentials()).to.have.length(1)

      await forget(page)
      const second = await app.send(page)
      const again = await second()
      expect(again).to.include({ acr: 'phr', sub: made.sub })
      expect(again.amr).to.deep.equal(SYNCED)
    })

    journey('signs up with a password after all, when the device makes no passkey', async open => {
      const page = await open()
      const own = await device(page, { isUserVerified: false })
      const email = newAddress()
      const arrive = await app.send(page, { prompt: 'create' })
      await field(page, 'Email').fill(email)
      await press(page, 'Use a passkey instead')
      await enterMailedCode(stage, page, email)
      await press(page, 'Make a passkey')
      await page.getByText('No passkey was made').waitFor()
      expect(await own.credentials()).to.deep.equal([])
      await page.getByText('Choose a password instead').click()
      await page.getByLabel('Password', { exact: true }).fill('seven green lanterns over the harbour')
      await press(page, 'Use this password')
      expect(await arrive()).to.include({ acr: 'urn:latchkey:acr:1', sub: (await accountOf(email)).id })
    })

    journey('signs in by the button', async open => {
      const page = await open()
      const own = await device(page)
      await withoutAutofill(page)
      const { keys } = await addPasskey(stage.server, await newPerson())
      await own.add(keys[0]!)
      const arrive = await app.send(page)
      await expectHeading(page, 'Sign in to Acme Notes')
      await press(page, 'Sign in with a passkey')
      expect(await arrive()).to.include({ acr: 'phr' })
    })

    journey('is the second factor after a password, where the app asks for that', async open => {
      const page = await open()
      const own = await device(page)
      await withoutAutofill(page)
      const person = await newPerson()
      const { keys } = await addPasskey(stage.server, person)
      await own.add(keys[0]!)
      const arrive = await app.send(page, acr('phr'))
      await byPassword(page, person)
      await expectHeading(page, 'Use your passkey')
      await press(page, 'Continue with your passkey')
      const claims = await arrive()
      expect(claims).to.include({ acr: 'phr', sub: person.id })
      expect(claims.amr).to.deep.equal(['pwd', ...SYNCED])
    })

    journey('steps a session up, and asks for nothing else', async open => {
      const page = await open()
      const own = await device(page)
      await withoutAutofill(page)
      const person = await newPerson()
      const { keys } = await addPasskey(stage.server, person)
      const low = await app.send(page)
      await byPassword(page, person)
      expect(await low()).to.include({ acr: 'urn:latchkey:acr:1' })

      await own.add(keys[0]!)
      const high = await app.send(page, acr('phr'))
      await expectHeading(page, 'Use your passkey')
      await press(page, 'Continue with your passkey')
      const claims = await high()
      expect(claims).to.include({ acr: 'phr', sub: person.id })
      expect(claims.amr).to.deep.equal(['pwd', ...SYNCED])
      // And the session stays there.
      expect(await (await app.send(page, { ...acr('phr'), prompt: 'none' }))()).to.include({ acr: 'phr' })
    })

    journey('are several: a device and a security key, each good for itself', async open => {
      const person = await newPerson()
      const synced = await addPasskey(stage.server, person)
      const token = await addPasskey(stage.server, person, { synced: false, counts: true, transports: ['usb'] })
      for (const [add, { keys }, amr] of [
        [device, synced, SYNCED],
        [securityKey, token, BOUND],
      ] as const) {
        const page = await open()
        const authenticator = await add(page)
        await authenticator.add(keys[0]!)
        const arrive = await app.send(page)
        await page.waitForLoadState()
        // Only a device's own passkeys are offered by themselves.
        if (add === securityKey && !page.url().startsWith(stage.redirectUri))
          await press(page, 'Sign in with a passkey')
        const claims = await arrive()
        expect(claims).to.include({ acr: 'phr', sub: person.id })
        expect(claims.amr).to.deep.equal(amr)
      }
    })

    journey('is not the only one for long, where the account has nothing else', async open => {
      const page = await open()
      const own = await device(page)
      const account = await stage.server.app.accounts.create({ email: newAddress(), emailVerified: true })
      const { keys } = await addPasskey(stage.server, account)
      await own.add(keys[0]!)
      await page.goto(`${stage.server.issuer}/account`)
      await page.getByText('You have one way to sign in').waitFor()
      await own.remove()
      await securityKey(page)
      await openLink(page, 'Set up another way')
      await press(page, 'Make a passkey')
      await expectHeading(page, 'Security')
      expect(await page.getByText('You have one way to sign in').count()).to.equal(0)
    })

    journey('stops working when it is removed, and the device forgets it', async open => {
      const page = await open()
      const own = await device(page)
      await withoutAutofill(page)
      const person = await newPerson()
      const { keys } = await addPasskey(stage.server, person)
      await own.add(keys[0]!)
      const { methodServices, events, sessions } = stage.server.app
      const services = { ...methodServices, events, endProvenBy: sessions.endProvenBy }
      await removeCredential(services, person, passkeyRecordId(keys[0]!.id), { origin: {} })

      await app.send(page)
      await expectHeading(page, 'Sign in to Acme Notes')
      await press(page, 'Sign in with a passkey')
      await page.getByText('That passkey is not known here').waitFor()
      await forgotten(own)
    })

    journey('is added, named and removed at the account console, and the device hears of it', async open => {
      const page = await open()
      await withoutAutofill(page)
      const own = await device(page)
      await page.goto(`${stage.server.issuer}/account`)
      await toAble(page)
      await enterName(page, (await newPerson()).email)
      await enterPassword(page)
      await press(page, 'Not now')
      await openLink(page, 'Set up Passkey')
      await expectHeading(page, 'Make a passkey')
      await press(page, 'Make a passkey')
      await expectHeading(page, 'Security')
      await page.getByText('Synced to your other devices').waitFor()
      expect(await own.credentials()).to.have.length(1)
      // It is there already, and the device says so.
      await openLink(page, 'Add another Passkey')
      await press(page, 'Make a passkey')
      await page.getByText('This device has a passkey for your account already.').waitFor()
      await openLink(page, 'Cancel')

      await openLink(page, 'Rename Passkey')
      await field(page, 'Name').fill('My laptop')
      await press(page, 'Save')
      await openLink(page, 'Remove My laptop')
      await press(page, 'Remove')
      await expectHeading(page, 'Security')
      await forgotten(own)

      await own.remove()
      const token = await securityKey(page, { hasUserVerification: false, hasResidentKey: false })
      await openLink(page, 'Set up Passkey')
      await press(page, 'Make a passkey')
      // A key that can be nothing but a second factor protects the account from now on.
      await expectHeading(page, 'Keep your recovery codes')
      await openLink(page, 'Not now')
      await page.getByText('Second step only').waitFor()
      expect(await token.credentials()).to.have.length(1)
      await page.getByText('A second step protects your account.').waitFor()
    })

    journey('is asked for after every password, when it is a key that can be nothing else', async open => {
      const page = await open()
      const person = await newPerson()
      const { keys } = await addPasskey(stage.server, person, {
        verifiesUser: false,
        synced: false,
        discoverable: false,
        transports: ['usb'],
      })
      const token = await securityKey(page, { hasUserVerification: false, hasResidentKey: false })
      await token.add(keys[0]!, { isResidentCredential: false })
      const arrive = await app.send(page)
      await byPassword(page, person)
      await expectHeading(page, 'Use your passkey')
      await press(page, 'Continue with your passkey')
      const claims = await arrive()
      expect(claims).to.include({ acr: 'phr', sub: person.id })
      expect(claims.amr).to.deep.equal(['pwd', 'pop', 'hwk', 'user', 'mfa'])
    })

    journey('is offered after a password, once, and can be declined', async open => {
      const page = await open()
      const own = await device(page)
      const person = await newPerson()
      const first = await app.send(page)
      await toAble(page)
      await byPassword(page, person)
      await expectHeading(page, 'Sign in faster next time?')
      await press(page, 'Not now')
      expect(await first()).to.include({ acr: 'urn:latchkey:acr:1' })

      const second = await app.send(page, { prompt: 'login' })
      await press(page, 'Not you?')
      await byPassword(page, person)
      expect(await second()).to.include({ acr: 'urn:latchkey:acr:1' })
      expect(await own.credentials()).to.deep.equal([])
    })

    journey('is offered after a password, made, and used the next time', async open => {
      const page = await open()
      await device(page)
      const person = await newPerson()
      const first = await app.send(page)
      await toAble(page)
      await byPassword(page, person)
      await expectHeading(page, 'Sign in faster next time?')
      await press(page, 'Make a passkey')
      expect((await first()).amr).to.deep.equal(['pwd', ...SYNCED])
      await forget(page)
      expect(await (await app.send(page))()).to.include({ acr: 'phr', sub: person.id })
    })

    // Chromium's virtual authenticator answers no such request: it waits for a password manager that has just filled in the
    // password (Chrome's own, signed in), as Safari waits for Apple's. So the test has it made as if that had agreed.
    journey('is made without a question after a password, where the browser does that', async open => {
      const page = await open()
      const own = await device(page)
      await page.addInitScript(`
        const { create } = CredentialsContainer.prototype
        CredentialsContainer.prototype.create = function ({ mediation, ...wanted }) {
          return mediation === 'conditional' ? create.call(this, wanted) : new Promise(() => {})
        }`)
      const person = await newPerson()
      const arrive = await app.send(page)
      await toAble(page)
      await byPassword(page, person)
      expect((await arrive()).sub).to.equal(person.id)
      expect(await own.credentials()).to.have.length(1)
      expect((await stage.server.mailTo(person.email)).text).to.include('Passkey')
      await forget(page)
      expect(await (await app.send(page))()).to.include({ acr: 'phr', sub: person.id })
    })

    journey('is not offered where the device could not keep it', async open => {
      const page = await open()
      const person = await newPerson()
      const arrive = await app.send(page)
      await byPassword(page, person)
      expect(await arrive()).to.include({ acr: 'urn:latchkey:acr:1' })
    })

    journey('that is cancelled says what can be done, and leaves every other way open', async open => {
      const page = await open()
      await device(page, { isUserVerified: false })
      const person = await newPerson()
      const arrive = await app.send(page)
      await press(page, 'Sign in with a passkey')
      await page.getByText('No passkey was used').waitFor()
      await toAble(page)
      await byPassword(page, person)
      await press(page, 'Not now')
      expect(await arrive()).to.include({ sub: person.id })
    })
  })
})
