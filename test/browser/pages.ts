// Every page that a person can meet, and the way to it. Screenshots are taken of them, and axe looks at them.
import type { Page } from 'playwright-core'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorization } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD, startServer } from '../support/server.ts'
import { passkeyPages } from './passkey-pages.ts'
import { passwordPages } from './password-pages.ts'
import {
  askForSms,
  enterName,
  enterPassword,
  expectHeading,
  field,
  fillSignUp,
  openLink,
  press,
  setUpSms,
  setUpTotp,
  toTheEnd,
} from './person.ts'
import { factorPages } from './factor-pages.ts'
import { linkPages } from './link-pages.ts'
import { peoplePages } from './people-pages.ts'
import { recoveryPages } from './recovery-pages.ts'
import { registrationPages } from './registration-pages.ts'
import { noticePages } from './notice-pages.ts'
import { upstreamPages } from './upstream-pages.ts'
import { showMail, type RealPage } from './real-page.ts'
import { newAddress, type Stage } from './stage.ts'

type Params = Record<string, string | undefined>

async function start(stage: Stage, page: Page, params: Params = {}): Promise<void> {
  await page.goto(stage.start(params))
}

async function toPassword(stage: Stage, page: Page, params: Params = {}): Promise<void> {
  const { email } = await stage.server.person({ email: newAddress() })
  await start(stage, page, params)
  await enterName(page, email)
}

async function toConsent(stage: Stage, page: Page, params: Params = {}): Promise<void> {
  await toPassword(stage, page, params)
  await enterPassword(page)
}

async function toVerify(stage: Stage, page: Page, username = ''): Promise<string> {
  const email = newAddress()
  await start(stage, page, { prompt: 'create' })
  await fillSignUp(page, email, { username, name: 'Rosa Lindqvist' })
  await expectHeading(page, 'Check your mail')
  return email
}

async function signedIn(stage: Stage, page: Page, params: Params = {}): Promise<void> {
  await toConsent(stage, page, params)
  await press(page, 'Allow')
}

async function toExample({ server, example }: Stage, page: Page): Promise<void> {
  const { email } = await server.person({ email: newAddress(), username: 'rosa' + newAddress('').slice(1, 7) })
  await page.goto(example.url)
  await press(page, 'Sign in')
  await enterName(page, email)
  await enterPassword(page)
  await press(page, 'Allow')
}

/** Signs in to the account console. */
async function toAccount({ server }: Stage, page: Page, path = '/account'): Promise<string> {
  const { email } = await server.person({ email: newAddress() })
  await page.goto(server.issuer + path)
  await enterName(page, email)
  await enterPassword(page)
  return email
}

/** Signs in, with an authenticator app already set up. */
async function toProtected(stage: Stage, page: Page): Promise<string> {
  const email = await toAccount(stage, page)
  await setUpTotp(page)
  await page.goto(`${stage.server.issuer}/account/security`)
  return email
}

/** Signs in elsewhere, as somebody whose second step is a code by text message. */
async function toSms(stage: Stage, page: Page): Promise<void> {
  const email = await toAccount(stage, page)
  await setUpSms(stage, page)
  await page.context().clearCookies()
  await start(stage, page)
  await enterName(page, email)
  await enterPassword(page)
}

async function setupLink({ server }: Stage): Promise<string> {
  return `${server.issuer}/invite/${await server.app.invitations.make(['admin'])}`
}

export const realPages: RealPage[] = [
  { name: 'home', heading: 'Latchkey is running', open: ({ server }, page) => goTo(page, server.issuer) },
  { name: 'identify', heading: 'Sign in to Fernwood Library', open: (stage, page) => start(stage, page) },
  {
    name: 'identify-refused',
    heading: 'Sign in to Fernwood Library',
    async open(stage, page) {
      await start(stage, page)
      await press(page, 'Continue')
    },
  },
  { name: 'password', heading: 'Enter your password', open: (stage, page) => toPassword(stage, page) },
  {
    name: 'password-refused',
    heading: 'Enter your password',
    async open(stage, page) {
      await toPassword(stage, page)
      await enterPassword(page, { password: 'not the one', remember: true })
    },
  },
  {
    name: 'password-locked',
    heading: 'Enter your password',
    async open(stage, page) {
      await toPassword(stage, page)
      while (!(await page.getByText('Too many').isVisible())) {
        await enterPassword(page, { password: 'not the one' })
        await page.waitForLoadState()
      }
    },
  },
  { name: 'signup', heading: 'Create your account', open: (stage, page) => start(stage, page, { prompt: 'create' }) },
  {
    name: 'signup-refused',
    heading: 'Create your account',
    async open(stage, page) {
      await start(stage, page, { prompt: 'create' })
      await fillSignUp(page, newAddress(), { username: 'rosa', password: 'short' })
    },
  },
  {
    name: 'verify',
    heading: 'Check your mail',
    async open(stage, page) {
      await toVerify(stage, page)
    },
  },
  {
    name: 'verify-refused',
    heading: 'Check your mail',
    async open(stage, page) {
      await toVerify(stage, page)
      await field(page, '6-digit code').fill('000000')
      await press(page, 'Confirm')
    },
  },
  {
    name: 'verify-link',
    heading: 'Confirm this address?',
    async open(stage, page) {
      await page.goto(linkIn(await stage.server.mailTo(await toVerify(stage, page))))
    },
  },
  {
    name: 'verified-elsewhere',
    heading: 'Address confirmed',
    async open(stage, page) {
      const link = linkIn(await stage.server.mailTo(await toVerify(stage, page)))
      await page.context().clearCookies()
      await page.goto(link)
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await press(page, 'Confirm this address')
    },
  },
  {
    name: 'verify-link-elsewhere-refused',
    heading: 'Confirm this address?',
    async open(stage, page) {
      const link = linkIn(await stage.server.mailTo(await toVerify(stage, page)))
      await page.context().clearCookies()
      await page.goto(link)
      await page.getByLabel('Password', { exact: true }).fill('not the one')
      await press(page, 'Confirm this address')
    },
  },
  {
    name: 'link-used-up',
    heading: 'This link no longer works',
    async open(stage, page) {
      const link = linkIn(await stage.server.mailTo(await toVerify(stage, page)))
      await page.context().clearCookies()
      await page.goto(`${link}x`)
    },
  },
  {
    name: 'username-taken',
    heading: 'Choose a username',
    async open(stage, page) {
      const username = newAddress('').slice(1, 7) + 'rosa'
      const email = await toVerify(stage, page, username)
      await stage.server.person({ username })
      await field(page, '6-digit code').fill(codeIn(await stage.server.mailTo(email)))
      await press(page, 'Confirm')
    },
  },
  {
    name: 'consent',
    heading: 'Allow Fernwood Library to use your account?',
    open: (stage, page) => toConsent(stage, page),
  },
  {
    name: 'consent-much',
    heading:
      'Allow The Fernwood County Library Association of Readers, Lenders and Friends of Books to use your account?',
    async open(stage, page) {
      const client_name = 'The Fernwood County Library Association of Readers, Lenders and Friends of Books'
      const client = await stage.register({ client_name, logo_uri: `${stage.redirectUri}/no-image` })
      const scope = 'openid profile email phone address offline_access'
      const { email } = await stage.server.person({ email: newAddress() })
      await page.goto(stage.start({ scope, prompt: 'consent' }, client))
      await enterName(page, email)
      await enterPassword(page)
    },
  },
  {
    name: 'select',
    heading: 'Choose an account',
    async open(stage, page) {
      await signedIn(stage, page)
      await start(stage, page, { prompt: 'select_account' })
    },
  },
  {
    name: 'other-account',
    heading: 'Sign in to Fernwood Library',
    async open(stage, page) {
      const claims = JSON.stringify({ id_token: { sub: { value: 'somebody-else' } } })
      await toPassword(stage, page, { claims })
      await enterPassword(page)
    },
  },
  {
    name: 'disabled',
    heading: 'This account is switched off',
    async open(stage, page) {
      const account = await stage.server.person({ email: newAddress() })
      await stage.server.app.accounts.setStatus(account.id, 'deactivated')
      await start(stage, page)
      await enterName(page, account.email)
      await enterPassword(page)
    },
  },
  {
    name: 'stale-finished',
    heading: 'This sign-in is already done',
    async open(stage, page) {
      await start(stage, page)
      const address = page.url()
      const [, uid] = /signin\/([^/]+)/.exec(address)!
      const account = await stage.server.person({ email: newAddress() })
      await enterName(page, account.email)
      await enterPassword(page)
      const cookies = await page.context().cookies(address)
      await press(page, 'Allow')
      await page.context().addCookies(cookies.filter(({ path }) => path.includes(uid!)))
      await page.goto(address)
    },
  },
  {
    name: 'stale-foreign',
    heading: 'This sign-in belongs to another browser',
    async open(stage, page) {
      await signedIn(stage, page)
      const other = await page.context().browser()!.newContext()
      const theirs = await other.newPage()
      await start(stage, theirs)
      await page.goto(theirs.url())
      await other.close()
    },
  },
  {
    name: 'stale-expired',
    heading: 'This sign-in has expired',
    async open(stage, page) {
      await toTheEnd(page, () => start(stage, page))
      moveClock(90 * 60 * 1000)
      await page.reload()
      resetClock()
    },
  },
  {
    name: 'cookies-off',
    heading: 'Your browser does not keep our cookie',
    async open(stage, page) {
      await toTheEnd(page, () => start(stage, page))
      await page.context().clearCookies()
      await page.reload()
    },
  },
  {
    name: 'error-redirect-uri',
    heading: 'This link to sign in does not work',
    open: (stage, page) => start(stage, page, { redirect_uri: `${stage.redirectUri}/` }),
  },
  {
    name: 'error-client',
    heading: 'This link to sign in does not work',
    open: (stage, page) => start(stage, page, { client_id: 'fernwood' }),
  },
  {
    name: 'logout',
    heading: 'Sign out?',
    async open(stage, page) {
      await signedIn(stage, page)
      const { issuer } = stage.server
      await page.goto(`${issuer}/logout?client_id=${stage.client.client_id}`)
    },
  },
  {
    name: 'signed-out',
    heading: 'You are signed out',
    async open(stage, page) {
      await signedIn(stage, page)
      await page.goto(`${stage.server.issuer}/logout?client_id=${stage.client.client_id}`)
      await press(page, 'Sign out everywhere on this browser')
    },
  },
  {
    name: 'setup',
    heading: 'Set up Latchkey',
    async open(stage, page) {
      await page.goto(await setupLink(stage))
    },
  },
  {
    name: 'setup-refused',
    heading: 'Set up Latchkey',
    async open(stage, page) {
      await page.goto(await setupLink(stage))
      await field(page, 'Email').fill('rosa')
      await press(page, 'Create administrator')
    },
  },
  {
    name: 'setup-done',
    heading: 'You are set up',
    async open(stage, page) {
      await page.goto(await setupLink(stage))
      await field(page, 'Email').fill(newAddress())
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await press(page, 'Create administrator')
    },
  },
  {
    name: 'setup-gone',
    heading: 'This link does not work',
    open: ({ server }, page) => goTo(page, `${server.issuer}/invite/used-up`),
  },
  {
    name: 'not-found',
    heading: 'There is no such page',
    open: ({ server }, page) => goTo(page, `${server.issuer}/no/such/page`),
  },
  {
    name: 'unavailable',
    heading: 'Not available right now',
    async open(_, page, later) {
      const server = await startServer()
      later(() => server.close())
      await server.app.store.close()
      await page.goto(`${server.issuer}/invite/any`)
    },
  },
  {
    name: 'unavailable-to-apps',
    heading: 'Not available right now',
    async open(_, page, later) {
      const server = await startServer()
      later(() => server.close())
      const client = await server.register('web')
      await server.app.store.close()
      await page.goto(authorization(server, client).url.href)
    },
  },
  {
    name: 'account-security',
    heading: 'Security',
    async open(stage, page) {
      await toAccount(stage, page)
    },
  },
  {
    name: 'account-security-much',
    heading: 'Security',
    async open(stage, page) {
      await toProtected(stage, page)
      await setUpSms(stage, page)
      await page.goto(`${stage.server.issuer}/account/security?done=added`)
    },
  },
  {
    name: 'account-devices',
    heading: 'Security',
    async open(stage, page) {
      const account = await stage.server.person({ email: newAddress() })
      const secret = stage.server.app.devices.newSecret()
      const userAgent = await page.evaluate<string>('navigator.userAgent')
      const sight = { userAgent, address: '193.0.6.139' }
      await stage.server.app.devices.seen(secret, account.id, sight, { secondFactorAt: Date.now() })
      await page.goto(`${stage.server.issuer}/account`)
      await enterName(page, account.email)
      await enterPassword(page)
      await page.getByRole('heading', { name: 'Remembered devices' }).waitFor()
    },
  },
  {
    name: 'account-password',
    heading: 'Choose a password',
    async open(stage, page) {
      await toAccount(stage, page)
      await openLink(page, 'Change password Password')
    },
  },
  {
    name: 'account-totp',
    heading: 'Set up an authenticator app',
    async open(stage, page) {
      await toAccount(stage, page)
      await openLink(page, 'Set up Authenticator app')
    },
  },
  {
    name: 'account-recovery-codes',
    heading: 'Keep your recovery codes',
    async open(stage, page) {
      await toAccount(stage, page)
      await setUpTotp(page)
    },
  },
  {
    name: 'account-sms',
    heading: 'Codes by text message',
    async open(stage, page) {
      await toAccount(stage, page)
      await openLink(page, 'Set up Code by text message')
      await field(page, 'Mobile number').fill('0151 2345678')
      await press(page, 'Send a code')
    },
  },
  {
    name: 'account-sms-code',
    heading: 'Codes by text message',
    async open(stage, page) {
      await toAccount(stage, page)
      await askForSms(page)
      await field(page, '6-digit code').waitFor()
    },
  },
  {
    name: 'account-rename',
    heading: 'Rename',
    async open(stage, page) {
      await toProtected(stage, page)
      await openLink(page, 'Rename Authenticator app')
    },
  },
  {
    name: 'account-remove',
    heading: 'Remove Authenticator app',
    async open(stage, page) {
      await toProtected(stage, page)
      await openLink(page, 'Remove Authenticator app')
    },
  },
  {
    name: 'account-remove-last',
    heading: 'Remove Password',
    async open(stage, page) {
      await toAccount(stage, page)
      await openLink(page, 'Remove Password')
      await press(page, 'Remove')
      await page.getByText('only way to sign in').waitFor()
    },
  },
  {
    name: 'sms',
    heading: 'Get a code by text message',
    open: (stage, page) => toSms(stage, page),
  },
  {
    name: 'sms-sent',
    heading: 'Check your phone',
    async open(stage, page) {
      await toSms(stage, page)
      await press(page, 'Send me a code')
    },
  },
  {
    name: 'account-cancelled',
    heading: 'You are not signed in',
    async open({ server }, page) {
      await toTheEnd(page, () => page.goto(`${server.issuer}/account`))
      await press(page, 'Cancel')
    },
  },
  {
    name: 'mail-verify',
    heading: 'Confirm your email address',
    async open(stage, page) {
      const { html } = await stage.server.mailTo(await toVerify(stage, page))
      await showMail(page, html)
    },
  },
  {
    name: 'mail-already-registered',
    heading: 'You already have an account',
    async open(stage, page) {
      const { email } = await stage.server.person({ email: newAddress() })
      await start(stage, page, { prompt: 'create' })
      await fillSignUp(page, email)
      await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
      const { html } = await stage.server.mailTo(email)
      await showMail(page, html)
    },
  },
  {
    name: 'form-post',
    heading: 'Back to Fernwood Library',
    async open(stage, page) {
      // As it is where JavaScript is off.
      await page.route('**/assets/submit.js', route => route.fulfill({ contentType: 'text/javascript', body: '' }))
      await toConsent(stage, page, { response_mode: 'form_post' })
      await press(page, 'Allow')
      await page.getByRole('button', { name: 'Continue' }).waitFor()
    },
  },
  ...passkeyPages,
  ...passwordPages,
  ...factorPages,
  ...linkPages,
  ...recoveryPages,
  ...noticePages,
  ...upstreamPages,
  ...peoplePages,
  ...registrationPages,
  { name: 'example', heading: 'Your notes, wherever you are.', open: ({ example }, page) => goTo(page, example.url) },
  { name: 'example-signed-in', heading: 'Hello, ', open: toExample },
  {
    name: 'example-refreshed',
    heading: 'Hello, ',
    async open(stage, page) {
      await toExample(stage, page)
      await press(page, 'Refresh tokens')
    },
  },
  {
    name: 'example-refused',
    heading: 'That did not work',
    async open({ example }, page) {
      await page.goto(example.url)
      await press(page, 'Sign in')
      await press(page, 'Cancel and return to Acme Notes')
    },
  },
]

async function goTo(page: Page, url: string): Promise<void> {
  await page.goto(url)
}
