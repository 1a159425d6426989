// What the browser itself enforces: our content security policy, with and without JavaScript; and what it offers to
// those who use no mouse.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import {
  claim,
  enterMailedCode,
  enterName,
  enterPassword,
  expectSignedIn,
  openExample,
  press,
  signIn,
  signUp,
  toFocus,
} from './person.ts'
import { newAddress, serve, setStage, type Site, type Stage } from './stage.ts'
import { PASSWORD } from '../support/server.ts'
import { journey } from './visits.ts'

describe('a browser', () => {
  let stage: Stage
  const sites: Site[] = []

  before(async () => {
    stage = await setStage()
  })
  after(async () => {
    for (const site of sites) await site.close()
    await stage?.close()
  })

  /** An app on another site, and how its answers arrive there. */
  async function app(listener: Parameters<typeof serve>[0]): Promise<string> {
    const site = await serve(listener)
    sites.push(site)
    return `${site.url}/callback`
  }

  async function signInTo(page: Page, redirectUri: string, params: Record<string, string> = {}): Promise<void> {
    const client = await stage.register({ redirect_uris: [redirectUri] })
    const { email } = await stage.server.person({ email: newAddress() })
    await page.goto(stage.start({ redirect_uri: redirectUri, ...params }, client))
    await enterName(page, email)
    await enterPassword(page)
    await press(page, 'Allow')
  }

  describe('that has to work before a password is looked at', () => {
    const set = (settings: object) => stage.server.app.policies.set({ kind: 'everyone' }, settings, 'test')
    before(() => set({ proofOfWork: 'always' }))
    after(() => set({ proofOfWork: undefined }))

    journey('does so by itself, and the person only sees it', async open => {
      const page = await open()
      const { email } = await stage.server.person({ email: newAddress() })
      await page.goto(stage.start())
      await enterName(page, email)
      await enterPassword(page)
      await press(page, 'Allow')
      await page.waitForURL(`${stage.redirectUri}?code=**`)
    })

    journey('says what it lacks where no script runs', async open => {
      const page = await open({ javaScriptEnabled: false })
      await page.goto(stage.start())
      await enterName(page, newAddress())
      await page.locator('main', { hasText: 'It needs JavaScript' }).waitFor()
    })
  })

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
      journey('completes the whole journey', async open => {
        const page = await open({ javaScriptEnabled })
        const email = await signUp(stage, page)
        await enterMailedCode(stage, page, email)
        await press(page, 'Allow')
        await expectSignedIn(stage, page, 'Rosa Lindqvist')
        await press(page, 'Refresh tokens')
        await press(page, 'Sign out')
        await press(page, 'Sign out everywhere on this browser')
        await signIn(page, email)
        await expectSignedIn(stage, page, 'Rosa Lindqvist')
        expect(await claim(page, 'Userinfo', 'email')).to.equal(email)
      })

      journey('brings the answer by form_post', async open => {
        const redirectUri = await app((request, response) => {
          request.setEncoding('utf8').on('data', (body: string) => response.end(`${request.method} ${body}`))
        })
        const page = await open({ javaScriptEnabled })
        await signInTo(page, redirectUri, { response_mode: 'form_post' })
        if (!javaScriptEnabled) await press(page, 'Continue')
        await page.waitForURL(redirectUri)
        expect(await page.locator('body').innerText()).to.match(/^POST code=.+&state=.+&iss=/)
      })

      // Chromium holds form-action against every hop that follows a POST.
      journey('follows the app to another origin after the consent', async open => {
        const second = await serve((_, response) => response.end('Welcome.'), 'localhost')
        sites.push(second)
        const redirectUri = await app((_, response) => response.writeHead(303, { location: second.url }).end())
        const page = await open({ javaScriptEnabled })
        await signInTo(page, redirectUri)
        await page.waitForURL(`${second.url}/`)
        expect(await page.locator('body').innerText()).to.equal('Welcome.')
      })
    })
  }

  journey('needs no mouse', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    await tabTo(page, 'Sign in')
    await page.keyboard.press('Enter')
    // Every page puts the focus where a person goes on.
    await typeInto(page, '#identifier', email)
    await page.keyboard.press('Enter')
    await typeInto(page, '#password:not([aria-invalid])', 'not the one')
    await page.keyboard.press('Enter')
    await typeInto(page, '#password[aria-invalid]', PASSWORD)
    await tabTo(page, 'Remember me on this device')
    await page.keyboard.press('Space')
    await tabTo(page, 'Sign in')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await tabTo(page, 'Your profile')
    await page.keyboard.press('Space')
    await tabTo(page, 'Allow')
    await page.keyboard.press('Enter')
    await expectSignedIn(stage, page, email)
    expect(await page.getByText('preferred_username').count()).to.equal(0)
  })
})

/** Types into the field that the page has given the focus. */
async function typeInto(page: Page, selector: string, text: string): Promise<void> {
  await toFocus(page, selector)
  await page.keyboard.type(text)
  expect(await page.locator(selector).inputValue()).to.equal(text)
}

// What has the focus, by its label or its words, when that can be seen.
const FOCUS = `(() => {
  const focus = document.querySelector(':focus-visible')
  const seen = focus && getComputedStyle(focus).outlineStyle !== 'none'
  return seen ? (focus.labels?.[0] ?? focus).innerText.trim() : ''
})()`

/** Presses Tab until what is called `name` has the focus, and shows it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate<string>(FOCUS)).startsWith(name)) return
  }
  throw new Error(`Tab does not lead to “${name}”`)
}
