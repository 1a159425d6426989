// The pages of passkeys, and the way to each.
import type { Page } from 'playwright-core'
import { device, type VirtualAuthenticator } from '../support/authenticator.ts'
import { linkIn } from '../support/mailbox.ts'
import { addPasskey } from '../support/passkeys.ts'
import type { RealPage } from './real-page.ts'
import { enterMailedCode, enterName, enterPassword, expectHeading, field, openLink, press, toAble } from './person.ts'
import { newAddress, type Stage } from './stage.ts'

const PHR = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } })

/** A page with a device in the browser. */
function withDevice(
  name: string,
  heading: string,
  open: (stage: Stage, page: Page, own: VirtualAuthenticator) => Promise<void>,
): RealPage {
  return {
    name,
    heading,
    async open(stage, page, later) {
      const own = await device(page)
      later(() => own.remove())
      await open(stage, page, own)
    },
  }
}

async function toSecondFactor(stage: Stage, page: Page): Promise<void> {
  const person = await stage.server.person({ email: newAddress() })
  await addPasskey(stage.server, person)
  await page.goto(stage.start({ claims: PHR }))
  await enterName(page, person.email)
  await enterPassword(page)
}

async function toConsole(stage: Stage, page: Page): Promise<void> {
  const { email } = await stage.server.person({ email: newAddress() })
  await page.goto(`${stage.server.issuer}/account`)
  await toAble(page)
  await enterName(page, email)
  await enterPassword(page)
  await press(page, 'Not now')
}

async function toVerify(stage: Stage, page: Page): Promise<string> {
  const email = newAddress()
  await page.goto(stage.start({ prompt: 'create' }))
  await field(page, 'Email').fill(email)
  const terms = page.getByLabel('I accept')
  if (await terms.isVisible()) await terms.check()
  await press(page, 'Use a passkey instead')
  await expectHeading(page, 'Check your mail')
  return email
}

export const passkeyPages: RealPage[] = [
  withDevice('identify-passkey-refused', 'Sign in to Fernwood Library', async (stage, page, own) => {
    await own.verifies(false)
    await page.goto(stage.start())
    await press(page, 'Sign in with a passkey')
    await page.getByText('No passkey was used').waitFor()
  }),
  withDevice('identify-passkey-unknown', 'Sign in to Fernwood Library', async (stage, page, own) => {
    const { keys } = await addPasskey(stage.server, await stage.server.person({ email: newAddress() }))
    await own.add({ ...keys[0]!, id: 'AAAAAAAAAAAAAAAAAAAAAA' })
    await page.goto(stage.start())
    await page.getByText('That passkey is not known here').waitFor()
  }),
  withDevice('passkey', 'Use your passkey', toSecondFactor),
  withDevice('passkey-refused', 'Use your passkey', async (stage, page) => {
    await toSecondFactor(stage, page)
    await press(page, 'Continue with your passkey')
    await page.getByText('No passkey was used').waitFor()
  }),
  withDevice('passkey-offer', 'Sign in faster next time?', async (stage, page) => {
    const { email } = await stage.server.person({ email: newAddress() })
    await page.goto(stage.start())
    await toAble(page)
    await enterName(page, email)
    await enterPassword(page)
  }),
  withDevice('passkey-make', 'Make your passkey', async (stage, page) => {
    await enterMailedCode(stage, page, await toVerify(stage, page))
  }),
  withDevice('passkey-make-refused', 'Make your passkey', async (stage, page, own) => {
    await own.verifies(false)
    await enterMailedCode(stage, page, await toVerify(stage, page))
    await press(page, 'Make a passkey')
    await page.getByText('No passkey was made').waitFor()
    await page.getByText('Choose a password instead').click()
    await page.getByLabel('Password', { exact: true }).fill('short')
    await press(page, 'Use this password')
    await page.getByText('Use at least').waitFor()
  }),
  withDevice('account-passkey-add', 'Make a passkey', async (stage, page) => {
    await toConsole(stage, page)
    await openLink(page, 'Set up Passkey')
  }),
  withDevice('account-only-passkey', 'Security', async (stage, page, own) => {
    const account = await stage.server.app.accounts.create({ email: newAddress(), emailVerified: true })
    const { keys } = await addPasskey(stage.server, account, { aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4' })
    await own.add(keys[0]!)
    await page.goto(`${stage.server.issuer}/account`)
    await page.getByText('You have one way to sign in').waitFor()
  }),
  withDevice('account-passkeys', 'Security', async (stage, page, own) => {
    const person = await stage.server.person({ email: newAddress() })
    const names = { aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4' }
    const { keys } = await addPasskey(stage.server, person, names)
    await addPasskey(stage.server, person, { synced: false, discoverable: false, transports: ['usb'] })
    await own.add(keys[0]!)
    await page.goto(`${stage.server.issuer}/account`)
  }),
  {
    name: 'verify-where-begun',
    heading: 'Confirm this where you began',
    async open(stage, page) {
      const link = linkIn(await stage.server.mailTo(await toVerify(stage, page)))
      await page.context().clearCookies()
      await page.goto(link)
    },
  },
]
