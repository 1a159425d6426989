// What a person does on the pages, by what they read there.
import type { Page } from 'playwright-core'
import type { TestServer } from '../support/server.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'

export function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

export function field(page: Page, label: string) {
  return page.getByRole('textbox', { name: label })
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
  await press(page, 'Create account')
  await page.waitForLoadState()
}

export async function enterMailedCode(server: TestServer, page: Page, email: string): Promise<void> {
  const mail = await server.mailTo(email)
  await field(page, '6-digit code').fill(codeIn(mail))
  await press(page, 'Confirm')
}

export function headingOf(page: Page): Promise<string> {
  return page.getByRole('heading', { level: 1 }).innerText()
}
