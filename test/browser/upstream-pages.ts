// The pages of signing in from elsewhere, and the way to each.
import type { Page } from 'playwright-core'
import type { RealPage } from './real-page.ts'
import { startServer } from '../support/server.ts'
import { enterName, enterPassword, expectHeading, openLink, press } from './person.ts'
import { comeFromGitHub, newAddress, type Stage } from './stage.ts'

/** Back at the first page, as somebody who changed their mind at GitHub. */
async function declined(stage: Stage, page: Page): Promise<void> {
  stage.github.declines = true
  await page.goto(stage.start())
  await press(page, 'Continue with GitHub')
  await page.getByText('You did not sign in with GitHub').waitFor()
  stage.github.declines = false
}

async function toLink(stage: Stage, page: Page): Promise<void> {
  const { email } = await stage.server.person({ email: newAddress() })
  await page.goto(`${stage.server.issuer}/account`)
  await enterName(page, email)
  await enterPassword(page)
  await openLink(page, 'Link GitHub')
}

export const upstreamPages: RealPage[] = [
  { name: 'identify-upstream-declined', heading: 'Sign in to Fernwood Library', open: declined },
  {
    name: 'upstream-prove',
    heading: 'Continue with GitHub',
    async open(stage, page) {
      await page.goto(stage.start())
      await enterName(page, newAddress())
      await page.goto(`${page.url()}/prove/upstream-github`)
    },
  },
  {
    name: 'terms',
    heading: 'Our terms',
    async open(_, page) {
      const server = await startServer({
        env: {
          LATCHKEY_TERMS_URL: 'https://example.com/terms',
          LATCHKEY_TERMS_VERSION: '2026-11',
          LATCHKEY_PRIVACY_URL: 'https://example.com/privacy',
        },
      })
      const { email } = await server.person({ email: newAddress() })
      await page.goto(`${server.issuer}/account`)
      await enterName(page, email)
      await enterPassword(page)
      await expectHeading(page, 'Our terms')
      return () => server.close()
    },
  },
  {
    name: 'account-link',
    heading: 'Link GitHub',
    async open(stage, page) {
      await toLink(stage, page)
    },
  },
  {
    name: 'account-link-refused',
    heading: 'Link GitHub',
    async open(stage, page) {
      await toLink(stage, page)
      stage.github.declines = true
      await press(page, 'Continue with GitHub')
      await page.getByText('You did not sign in with GitHub').waitFor()
      stage.github.declines = false
    },
  },
  {
    name: 'password-linking',
    heading: 'Enter your password',
    async open(stage, page) {
      const { email } = await stage.server.person({ email: newAddress() })
      comeFromGitHub(stage, email)
      await page.goto(stage.start())
      await press(page, 'Continue with GitHub')
      await page.getByText('GitHub is added to it').waitFor()
    },
  },
]
