// What a person does on the pages, by what they read there.
import { TOTP } from 'otpauth'
import type { Locator, Page } from 'playwright-core'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import { codeInSms, newNumber } from '../support/sms.ts'
import { newAddress, type Stage } from './stage.ts'

export function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

export function openLink(page: Page, name: string): Promise<void> {
  return page.getByRole('link', { name, exact: true }).click()
}

/** Opens a first page, and waits until it has its passkey challenge too: for who takes the attempt away from under it. */
export async function toTheEnd(page: Page, open: () => Promise<unknown>): Promise<void> {
  const challenge = page.waitForResponse(/\/prove\/passkey\/challenge$/)
  await open()
  await challenge
}

/** From the Security page: an authenticator app, whose code of this moment is used up by that. */
export async function setUpTotp(page: Page): Promise<TOTP> {
  await openLink(page, 'Set up Authenticator app')
  await expectHeading(page, 'Set up an authenticator app')
  const key = await page.locator('code.key').innerText()
  const totp = new TOTP({ secret: key.replaceAll(' ', '') })
  await field(page, '6-digit code').fill(totp.generate({ timestamp: Date.now() }))
  await press(page, 'Turn on')
  await expectHeading(page, 'Keep your recovery codes')
  return totp
}

/** From the Security page: a code is on its way to a telephone. */
export async function askForSms(page: Page): Promise<void> {
  await openLink(page, 'Set up Code by text message')
  await field(page, 'Mobile number').fill(newNumber())
  await press(page, 'Send a code')
}

/** From the Security page: codes by text message, as a second step. */
export async function setUpSms(stage: Stage, page: Page): Promise<void> {
  await askForSms(page)
  await fillTextedCode(stage, page)
  await press(page, 'Turn on')
}

/** On the page that asks for the code of a text message. */
export async function fillTextedCode({ server, twilio }: Stage, page: Page): Promise<void> {
  const code = field(page, '6-digit code')
  await code.waitFor()
  await server.app.postbox.settled()
  await code.fill(codeInSms(twilio.messages.at(-1)))
}

export function field(page: Page, label: string): Locator {
  return page.getByRole('textbox', { name: label })
}

/** Waits for the page that this is the heading of. */
export async function expectHeading(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
}

/** Waits until a first page has found out that this browser could keep a passkey, which it tells with the name. */
export async function toAble(page: Page): Promise<void> {
  await page.locator('input[data-able][value="passkey"]').first().waitFor({ state: 'attached' })
}

/** Waits until the page has put the focus where a person goes on: what is typed goes there. */
export async function toFocus(page: Page, selector: string): Promise<void> {
  await page.locator(`${selector}:focus`).waitFor()
  await page.waitForLoadState()
}

export async function enterName(page: Page, name: string): Promise<void> {
  await field(page, 'Email or username').fill(name)
  await press(page, 'Continue')
}

export async function enterPassword(page: Page, { password = PASSWORD, remember = false } = {}): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password)
  if (remember) await page.getByLabel('Remember me').check()
  await press(page, 'Sign in')
}

export async function fillSignUp(
  page: Page,
  email: string,
  { password = PASSWORD, username = '', name = '' } = {},
): Promise<void> {
  await field(page, 'Email').fill(email)
  await field(page, 'Username').fill(username)
  await field(page, 'Full name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.waitForLoadState()
  const terms = page.getByLabel('I accept')
  if (await terms.isVisible()) await terms.check()
  await press(page, 'Create account')
}

/** Begins an account at the example app, as far as the page that waits for the mailed code or link. */
export async function signUp(stage: Stage, page: Page, profile: { username?: string } = {}): Promise<string> {
  const email = newAddress()
  await page.goto(stage.example.url)
  await press(page, 'Create an account')
  await fillSignUp(page, email, { name: 'Rosa Lindqvist', ...profile })
  await expectHeading(page, 'Check your mail')
  return email
}

export async function enterMailedCode({ server }: Stage, page: Page, email: string): Promise<void> {
  await field(page, '6-digit code').fill(codeIn(await server.mailTo(email)))
  await press(page, 'Confirm')
}

/** A person with an account opens the example app, and is not signed in yet. */
export async function openExample(stage: Stage, page: Page): Promise<string> {
  const { email } = await stage.server.person({ email: newAddress() })
  await page.goto(stage.example.url)
  return email
}

export async function signIn(page: Page, email: string, options: { remember?: boolean } = {}): Promise<void> {
  await press(page, 'Sign in')
  await enterName(page, email)
  await enterPassword(page, options)
}

export async function expectSignedIn(stage: Stage, page: Page, name: string): Promise<void> {
  await page.waitForURL(`${stage.example.url}/`)
  await expectHeading(page, `Hello, ${name}`)
}

/** The value that the example app shows for a claim. */
export function claim(page: Page, section: 'ID token' | 'Userinfo', name: string): Promise<string> {
  const card = page.locator('section', { has: page.getByRole('heading', { name: section, exact: true }) })
  const row = card.locator('tr', { has: page.getByText(name, { exact: true }) })
  return row.locator('td').innerText()
}
