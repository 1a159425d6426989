// The pages of signing in from elsewhere, and the way to each.
import type { Page } from 'playwright-core'
import type { Later, RealPage } from './real-page.ts'
import { enterName, enterPassword, expectHeading, openLink, press } from './person.ts'
import { comeFromGitHub, newAddress, type Stage } from './stage.ts'

/** Back at the first page, as somebody who changed their mind at GitHub. */
async function declined(stage: Stage, page: Page, later: Later): Promise<void> {
  decline(stage, later)
  await page.goto(stage.start())
  await press(page, 'Continue with GitHub')
  await page.getByText('You did not sign in with GitHub').waitFor()
}

function decline({ github }: Stage, later: Later): void {
  github.declines = true
  later(() => (github.declines = false))
}

/** To the form of an invitation that leads to the account console. */
async function toInvited({ server }: Stage, page: Page, email: string): Promise<void> {
  const { secret } = await server.app.invitations.invite({ email, roles: [], createdBy: 'a test', lasts: 86_400 })
  await page.goto(`${server.issuer}/invite/${secret}`)
  await press(page, 'Create your account')
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
    name: 'invited-signup-refused',
    heading: 'Create your account',
    async open(stage, page) {
      await toInvited(stage, page, newAddress())
      comeFromGitHub(stage, newAddress())
      await press(page, 'Continue with GitHub')
      await page.getByText('the invitation is for that address alone').first().waitFor()
    },
  },
  {
    name: 'upstream-prove',
    heading: 'Continue with GitHub',
    async open(stage, page) {
      await page.goto(stage.start())
      await enterName(page, newAddress())
      await expectHeading(page, 'Enter your password')
      await page.goto(`${page.url()}/prove/upstream-github`)
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
    async open(stage, page, later) {
      await toLink(stage, page)
      decline(stage, later)
      await press(page, 'Continue with GitHub')
      await page.getByText('You did not sign in with GitHub').waitFor()
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
