// How hard a new password is to guess, said while it is typed; and changing one, in a real browser.
import { expect } from 'chai'
import { linkIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import { enterName, enterPassword, expectHeading, field, openLink, press } from './person.ts'
import { typePassword } from './password-pages.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const NEW = 'nine yellow kites above the valley'

describe('a person who chooses a password', () => {
  let stage: Stage
  before(async () => {
    stage = await setStage()
  })
  after(() => stage?.close())

  journey('is told how hard it is to guess, by the browser alone', async open => {
    const page = await open()
    await page.goto(stage.start({ prompt: 'create' }))
    await field(page, 'Email').fill('rosa.lindqvist@example.com')
    const sent: string[] = []
    page.on('request', request => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`))
    await typePassword(page, 'kites', 'Still too short.')
    await typePassword(page, 'iloveyou123456789', 'Easy to guess')
    await typePassword(page, 'rosa.lindqvist@1', 'Not bad.')
    await typePassword(page, NEW, 'Hard to guess.')
    await typePassword(page, `${NEW} `.repeat(300), 'Hard to guess.')
    expect(sent.map(one => one.replace(stage.server.issuer, ''))).to.deep.equal(['GET /assets/strength-worker.js '])
    await field(page, 'Password').fill('')
    await page.getByRole('status').waitFor({ state: 'hidden' })
  })

  journey('is told so on the page of a mailed link too, in a browser that asked for nothing', async open => {
    const { email } = await stage.server.person({ email: newAddress() })
    const page = await open()
    await page.goto(stage.start())
    await enterName(page, email)
    await openLink(page, 'Forgot your password?')
    await press(page, 'Send me a mail')
    await expectHeading(page, 'Check your mail')
    const other = await open()
    await other.goto(linkIn(await stage.server.mailTo(email)))
    await expectHeading(other, 'Choose a new password')
    await typePassword(other, 'kites', 'Still too short.')
    await typePassword(other, NEW, 'Hard to guess.')
    await press(other, 'Save the new password')
    await expectHeading(other, 'Your password is changed')
  })

  journey('changes it, and stays signed in here', async open => {
    const { email } = await stage.server.person({ email: newAddress() })
    const page = await open()
    await page.goto(`${stage.server.issuer}/account/security/password/add`)
    await enterName(page, email)
    await enterPassword(page)
    await expectHeading(page, 'Choose a password')
    await typePassword(page, NEW, 'Hard to guess.')
    await press(page, 'Save')
    await expectHeading(page, 'Security')
    await page.getByText('Your password is changed').waitFor()
    await page.reload()
    await expectHeading(page, 'Security')
  })

  journey('has it shown and hidden again, by a button that leaves what is typed as it is', async open => {
    const { email } = await stage.server.person({ email: newAddress() })
    const page = await open()
    await page.goto(stage.start())
    await enterName(page, email)
    const password = field(page, 'Password')
    const button = page.getByRole('button', { name: 'Show password' })
    const shown = async () => [await password.getAttribute('type'), await button.getAttribute('aria-pressed')]
    const focused = () => page.evaluate('document.activeElement.id')
    await password.fill(PASSWORD)
    expect(await shown()).to.deep.equal(['password', 'false'])
    await button.click()
    expect(await shown()).to.deep.equal(['text', 'true'])
    expect(await focused()).to.equal('password')
    expect(await password.inputValue()).to.equal(PASSWORD)
    await expectHeading(page, 'Enter your password')
    await button.press('Space')
    expect(await shown()).to.deep.equal(['password', 'false'])
    await button.press('Enter')
    expect(await shown()).to.deep.equal(['text', 'true'])
    // So that no browser keeps it as something that was typed into a field of plain text.
    const atSubmit = page.evaluate(`new Promise(told => {
      const field = document.querySelector('#password')
      field.form.addEventListener('submit', () => told(field.type))
    })`)
    await press(page, 'Sign in')
    expect(await atSubmit).to.equal('password')
    await expectHeading(page, 'Allow Fernwood Library to use your account?')
  })

  journey('does without it where there is no JavaScript', async open => {
    const page = await open({ javaScriptEnabled: false })
    await page.goto(stage.start({ prompt: 'create' }))
    await field(page, 'Password').fill(NEW)
    expect(await page.locator('[data-strength]').isVisible()).to.equal(false)
    expect(await page.locator('[data-reveal]').isVisible()).to.equal(false)
  })
})
