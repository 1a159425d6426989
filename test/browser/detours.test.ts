// Where people leave the straight way: other tabs, the back button, a wrong password, a refusal.
import { expect } from 'chai'
import { moveClock, resetClock } from '../support/clock.ts'
import { linkIn } from '../support/mailbox.ts'
import {
  claim,
  enterMailedCode,
  enterName,
  enterPassword,
  expectSignedIn,
  field,
  expectHeading,
  openExample,
  press,
  signIn,
  signUp,
  toTheEnd,
} from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a detour in a browser', () => {
  let stage: Stage

  before(async () => {
    stage = await setStage()
  })
  afterEach(resetClock)
  after(() => stage?.close())

  journey('by the mailed link, in the same browser', async open => {
    const page = await open()
    const link = linkIn(await stage.server.mailTo(await signUp(stage, page)))
    await page.goto(link)
    await press(page, 'Confirm this address')
    await press(page, 'Allow')
    await expectSignedIn(stage, page, 'Rosa Lindqvist')

    await page.goto(link)
    await expectHeading(page, 'This link no longer works')
    await page.getByRole('link', { name: 'Return to Acme Notes' }).click()
    await expectSignedIn(stage, page, 'Rosa Lindqvist')
  })

  journey('by a wrong password, which keeps the name and says what to do', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    await press(page, 'Sign in')
    await enterName(page, email)
    await enterPassword(page, { password: 'not the one', remember: true })
    await page.getByText('That name and password do not belong together').waitFor()
    expect(await page.locator('.account bdi').innerText()).to.equal(email)
    expect(await page.locator('#password:focus').inputValue()).to.equal('')
    expect(await page.getByLabel('Remember me').isChecked()).to.equal(true)

    await enterPassword(page)
    await press(page, 'Allow')
    await expectSignedIn(stage, page, email)
  })

  journey('by a username that was taken meanwhile', async open => {
    const page = await open()
    const username = `rosa${Date.now()}`
    const email = await signUp(stage, page, { username })
    await stage.server.person({ username })
    await stage.server.person({ username: `${username}b` })
    await enterMailedCode(stage, page, email)
    await expectHeading(page, 'Choose a username')
    await field(page, 'Username').fill(`${username}b`)
    await press(page, 'Continue')
    await page.getByText('That username is taken too').waitFor()
    await field(page, 'Username').fill(`${username}c`)
    await press(page, 'Continue')
    await press(page, 'Allow')
    await expectSignedIn(stage, page, 'Rosa Lindqvist')
    expect(await claim(page, 'Userinfo', 'preferred_username')).to.equal(`${username}c`)
  })

  journey('into a second tab, when the sign-in was finished in the first', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    await press(page, 'Sign in')
    const second = await page.context().newPage()
    await toTheEnd(second, () => second.goto(page.url()))
    await enterName(page, email)
    await enterPassword(page)
    await press(page, 'Allow')
    await expectSignedIn(stage, page, email)

    await enterName(second, email)
    await expectHeading(second, 'This sign-in is already done')
    await second.getByRole('link', { name: 'Return to Acme Notes' }).click()
    await expectSignedIn(stage, second, email)
  })

  journey('by the back button, after it was finished', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    await signIn(page, email)
    await press(page, 'Allow')
    await expectSignedIn(stage, page, email)
    await page.goBack()
    await expectHeading(page, 'This sign-in is already done')
    await page.getByRole('link', { name: 'Sign in again' }).click()
    // The state that the app gave out is used up, and it says so; a new sign-in asks for nothing.
    expect(await page.getByRole('alert').innerText()).to.include('finished already')
    await press(page, 'Sign in again')
    await expectSignedIn(stage, page, email)
  })

  journey('by a page that was left open for too long', async open => {
    const page = await open()
    await openExample(stage, page)
    await toTheEnd(page, () => press(page, 'Sign in'))
    // What the browser does when the cookie's hour is over.
    const { cookies } = await page.context().storageState()
    moveClock(61 * 60 * 1000)
    await page.context().clearCookies({ name: 'latchkey_signin' })
    expect(cookies.some(({ name }) => name === 'latchkey_signin')).to.equal(true)
    await field(page, 'Email or username').fill('rosa')
    await press(page, 'Continue')
    await expectHeading(page, 'This sign-in has expired')
    await page.getByRole('link', { name: 'Return to Acme Notes' }).waitFor()
  })

  journey('by refusing, which the app puts in words', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    await signIn(page, email)
    await press(page, 'Refuse')
    await expectHeading(page, 'That did not work')
    expect(await page.getByRole('alert').innerText()).to.include('You did not give Acme Notes access')
    await press(page, 'Back to the start')
    await expectHeading(page, 'Your notes, wherever you are.')
  })

  journey('by prompt=login, which asks for the password of a person who is signed in', async open => {
    const page = await open()
    const { email } = await stage.server.person({ email: newAddress() })
    const atApp = (url: URL) => url.href.startsWith(`${stage.redirectUri}?`) && url.searchParams.has('code')
    await page.goto(stage.start())
    await enterName(page, email)
    await enterPassword(page)
    await press(page, 'Allow')
    await page.waitForURL(atApp)

    await page.goto(stage.start())
    expect(atApp(new URL(page.url()))).to.equal(true)
    await page.goto(stage.start({ prompt: 'login' }))
    await expectHeading(page, 'Enter your password')
    expect(await page.locator('.account bdi').innerText()).to.equal(email)
    await enterPassword(page)
    await page.waitForURL(atApp)
  })

  journey('by a restart of the browser, which “Remember me” survives', async open => {
    for (const remember of [true, false]) {
      const page = await open()
      const email = await openExample(stage, page)
      await signIn(page, email, { remember })
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)

      // A browser that is closed forgets the cookies that have no expiry.
      const { cookies, origins } = await page.context().storageState()
      const kept = cookies.filter(({ expires }) => expires !== -1)
      const later = await open({ storageState: { cookies: kept, origins } })
      await later.goto(stage.example.url)
      await press(later, 'Sign in')
      if (remember) await expectSignedIn(stage, later, email)
      else await expectHeading(later, 'Sign in to Acme Notes')
    }
  })

  journey('by two tabs of one app, each with a sign-in of its own', async open => {
    const page = await open()
    const email = await openExample(stage, page)
    const second = await page.context().newPage()
    await second.goto(stage.example.url)
    await press(page, 'Sign in')
    await press(second, 'Sign in')
    await enterName(page, email)
    await enterPassword(page)
    await press(page, 'Allow')
    await expectSignedIn(stage, page, email)
    await enterName(second, email)
    await enterPassword(second)
    await expectSignedIn(stage, second, email)
  })
})
