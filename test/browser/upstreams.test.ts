// Signing in from elsewhere, in a real browser, on each store: through a server shaped as GitHub's, on a site of its own.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { eachEngine } from '../support/engines.ts'
import { claim, enterName, enterPassword, expectHeading, expectSignedIn, press } from './person.ts'
import { comeFromGitHub, newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a person who comes from elsewhere', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    async function goToGitHub(page: Page): Promise<void> {
      await page.goto(stage.example.url)
      await press(page, 'Sign in')
      await press(page, 'Continue with GitHub')
    }

    for (const javaScriptEnabled of [true, false]) {
      journey(`gets an account, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async open => {
        comeFromGitHub(stage, newAddress())
        const page = await open({ javaScriptEnabled })
        await goToGitHub(page)
        await press(page, 'Allow')
        await expectSignedIn(stage, page, 'Mona Lisa')
        expect(await claim(page, 'ID token', 'amr')).to.equal('fed')
        expect(await claim(page, 'ID token', 'acr')).to.equal('urn:latchkey:acr:1')
      })
    }

    journey('links the account that has the address by signing in to it once', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      comeFromGitHub(stage, email)
      const page = await open()
      await goToGitHub(page)
      await expectHeading(page, 'Enter your password')
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
      expect(await claim(page, 'ID token', 'amr')).to.equal('pwd')

      const elsewhere = await open()
      await goToGitHub(elsewhere)
      await expectSignedIn(stage, elsewhere, email)
      expect(await claim(elsewhere, 'ID token', 'amr')).to.equal('fed')
    })

    journey('changes their mind there, and signs in by password', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const page = await open()
      stage.github.declines = true
      await goToGitHub(page)
      await page.getByText('You did not sign in with GitHub').waitFor()
      stage.github.declines = false
      await enterName(page, email)
      await enterPassword(page)
      await press(page, 'Allow')
      await expectSignedIn(stage, page, email)
    })
  })
})
