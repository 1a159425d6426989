// Registration, sign-in and a new password, read and pressed in the language of the person, on each store.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { languageBy } from '../../src/lib/languages/language.ts'
import { eachEngine } from '../support/engines.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import { expectHeading, field, press } from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

const NEW_PASSWORD = 'nine blue herons beside the canal'

describe('a person who reads', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    for (const tag of ['en', 'de', 'ar'] as const) {
      const { t, dir } = languageBy(tag)

      journey(`${tag} registers, sets a forgotten password anew, and signs in by it`, async open => {
        const email = newAddress()
        const page = await open({ locale: tag })
        await page.goto(stage.start({ prompt: 'create' }))
        expect(await page.locator('html').getAttribute('dir')).to.equal(dir)
        await field(page, t('common:email')).fill(email)
        await passwordField(page).fill(PASSWORD)
        await press(page, t('registration:create'))
        await expectHeading(page, t('common:checkMail'))
        const mail = await stage.server.mailTo(email)
        // What reads the mail drops the signs that keep a name apart from the direction around it.
        const subject = t('mail:verify.subject', { brand: 'Latchkey' }).replace(/[\u2068\u2069]/g, '')
        expect(mail.subject.replace(/[\u2068\u2069]/g, '')).to.equal(subject)
        await field(page, t('common:sixDigitCode')).fill(codeIn(mail))
        await press(page, t('registration:verify.confirm'))
        await press(page, t('signin:consent.allow'))
        await page.waitForURL(`${stage.redirectUri}**`)

        // The app's wish goes before the browser's.
        const other = await open()
        await other.goto(stage.start({ ui_locales: tag }))
        await field(other, t('signin:identify.label')).fill(email)
        await press(other, t('common:continue'))
        await other.getByRole('link', { name: t('recovery:forgot'), exact: true }).click()
        await press(other, t('recovery:ask.send'))
        await expectHeading(other, t('common:checkMail'))
        await other.goto(linkIn(await stage.server.mailTo(email)))
        await passwordField(other).fill(NEW_PASSWORD)
        await press(other, t('recovery:reset.save'))
        await other.waitForURL(`${stage.redirectUri}**`)

        const third = await open({ locale: tag })
        await third.goto(stage.start())
        await field(third, t('signin:identify.label')).fill(email)
        await press(third, t('common:continue'))
        await passwordField(third).fill(NEW_PASSWORD)
        await press(third, t('common:signIn'))
        await third.waitForURL(`${stage.redirectUri}**`)
      })

      function passwordField(page: Page) {
        return page.getByLabel(t('common:password'), { exact: true })
      }
    }
  })
})
