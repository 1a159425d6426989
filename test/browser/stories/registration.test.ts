// How a person gets an account, by each mode of an installation; read and pressed in the language of the person.
import { expect } from 'chai'
import { askWorker } from '../../cli/cli.ts'
import { eachEngine } from '../../support/engines.ts'
import { linkIn } from '../../support/mailbox.ts'
import { PASSWORD } from '../../support/server.ts'
import { story } from '../reader.ts'
import { newAddress, setStage, type Stage } from '../stage.ts'

const CLIENT = { client: 'Fernwood Library' }

eachEngine(
  (_, openUrl, env) => {
    let stage: Stage
    const own = () => stage
    const begins = (mode: Record<string, string>) => {
      before(async () => {
        stage = await setStage({ store: await openUrl(), env: { ...mode, ...env } })
      })
      after(() => stage?.close())
    }

    describe('where everybody may register, a person', () => {
      begins({
        LATCHKEY_USERNAMES: 'required',
        LATCHKEY_TERMS_URL: 'https://example.com/terms',
        LATCHKEY_TERMS_VERSION: '2026-11',
        LATCHKEY_TERMS_CHANGES: 'Fees',
        LATCHKEY_ACCOUNT_FIELDS: JSON.stringify([
          { name: 'card', label: 'Card', pattern: '\\d{4}', required: true },
          { name: 'branch', label: 'Branch', type: 'choice', options: ['North', 'South'] },
        ]),
      })

      story('makes an account, with all that is asked for', own, async (meet, { tag }) => {
        const person = await meet()
        const email = newAddress()
        const username = `rosa.${email.split('.')[2]!.slice(0, 6)}`
        await person.goTo(stage.start({ prompt: 'create' }))
        await person.sees('registration:heading')
        await person.fill('common:email', email)
        await person.fill('common:fullName', 'Rosa Lindqvist')
        await person.page.getByLabel('Branch').selectOption('South')
        for (const [missing, give] of [
          ['errors:username.missing', () => person.fill('common:username', username)],
          ['errors:field.missing', () => person.page.getByLabel('Card').fill('12')],
          ['errors:field.pattern', () => person.page.getByLabel('Card').fill('1234')],
          ['errors:terms.missing', () => person.page.getByRole('checkbox').first().check()],
        ] as const) {
          await person.fill('common:password', PASSWORD)
          await person.press('registration:create')
          await person.reads(missing, { label: 'Card' })
          await give()
        }
        await person.fill('common:password', PASSWORD)
        await person.press('registration:create')
        await person.sees('common:checkMail')
        await person.typeMailedCode(await person.mail(email, 'mail:verify.subject'))
        await person.press('registration:verify.confirm')
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()

        const account = (await stage.server.app.accounts.byIdentifier(username))!
        expect(account).to.deep.include({ email, emailVerified: true, language: tag })
        expect(account.fields).to.deep.equal({ card: '1234', branch: 'South' })
        expect(account.terms?.map(({ version }) => version)).to.deep.equal(['2026-11'])
      })

      story(
        'who accepted older terms is asked to accept the new ones, and for what the account lacks',
        own,
        async meet => {
          const person = await meet()
          const { id, email } = await stage.server.person({ email: newAddress() })
          await stage.server.app.accounts.acceptTerms(id, '2025-01')
          await person.goTo(stage.start())
          await person.signIn(email, PASSWORD)
          await person.sees('signin:terms.changed')
          await person.press('signin:terms.refuseClient', CLIENT)
          await person.isAtTheApp()
          expect(person.page.url()).to.include('error=access_denied')

          await person.goTo(stage.start())
          await person.signIn(email, PASSWORD)
          await person.sees('signin:terms.changed')
          await person.press('signin:terms.accept')
          await person.sees('registration:complete.title')
          const username = `rosa.${email.split('.')[2]!.slice(0, 6)}`
          await person.fill('common:username', username)
          await person.press('common:continue')
          await person.reads('errors:field.missing', { label: 'Card' })
          await person.page.getByLabel('Card').fill('1234')
          await person.press('common:continue')
          await person.sees('signin:consent.heading', CLIENT)
          await person.allow()
          expect(person.page.url()).to.include('code=')
          expect(await stage.server.app.accounts.get(id)).to.deep.include({ username, fields: { card: '1234' } })
        },
      )
    })

    describe('where addresses of a domain may register, a person', () => {
      begins({ LATCHKEY_REGISTRATION: 'domain', LATCHKEY_REGISTRATION_DOMAINS: 'example.com' })

      story('makes an account by the link in the mail, after a slip', own, async meet => {
        const person = await meet()
        await person.goTo(stage.start())
        await person.page.getByRole('main').getByRole('link').first().click()
        await person.sees('registration:heading')
        await person.reads('registration:domainHint', { domains: 'example.com' })
        await person.fill('common:email', 'rosa@example.org')
        await person.fill('common:password', PASSWORD)
        await person.press('registration:create')
        await person.reads('errors:registration.domain', { domains: 'example.com' })
        const email = newAddress()
        await person.fill('common:email', email)
        await person.fill('common:password', PASSWORD)
        await person.press('registration:create')
        await person.sees('common:checkMail')
        await person.goTo(linkIn(await person.mail(email, 'mail:verify.subject')))
        await person.sees('registration:link.heading')
        await person.press('registration:link.confirm')
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()
      })
    })

    describe('where only the invited may register, a person', () => {
      begins({ LATCHKEY_REGISTRATION: 'invitation' })

      story('takes up an invitation, and who has none is told so', own, async (meet, { tag }) => {
        const stranger = await meet()
        await stranger.goTo(stage.start({ prompt: 'create' }))
        await stranger.reads('errors:registration.closed')

        const email = newAddress()
        const args = ['users', 'invite', '--email', email, '--role', 'auditor', '--language', tag]
        const { code, stderr } = await askWorker(args, stage.server.env)
        expect(code, stderr).to.equal(0)
        const person = await meet()
        await person.goTo(linkIn(await person.mail(email, 'mail:invitation.subject')))
        await person.sees('registration:invited.heading')
        await person.press('registration:invited.create')
        await person.sees('registration:heading')
        await person.page.getByText(email).first().waitFor()
        await person.fill('common:password', PASSWORD)
        await person.press('registration:create')
        await person.sees('account:security')
        const account = await stage.server.app.accounts.byIdentifier(email)
        expect(account).to.deep.include({ emailVerified: true, roles: ['auditor'], language: tag })
      })
    })

    describe('where nobody may register, a person', () => {
      begins({ LATCHKEY_REGISTRATION: 'closed' })

      story('is offered nothing, and told so', own, async meet => {
        const person = await meet()
        await person.goTo(stage.start())
        await person.sees('signin:identify.title', CLIENT)
        expect(await person.page.getByRole('main').getByRole('link').count()).to.equal(0)
        await person.goTo(stage.start({ prompt: 'create' }))
        await person.sees('signin:identify.title', CLIENT)
        await person.reads('errors:registration.closed')
        await person.goTo(person.page.url().replace(/\/?$/, '/signup'))
        await person.reads('errors:registration.closed')
      })
    })
  },
  ['sqlite', 'mongo+redis'],
)
