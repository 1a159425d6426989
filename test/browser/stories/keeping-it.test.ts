// How a person keeps an account that somebody else got hold of, closes it, and has it back; read and pressed in the language
// of the person.
import { expect } from 'chai'
import { ADDRESS, CLOSE } from '../../../src/account/details/paths.ts'
import type { Language } from '../../../src/lib/languages/language.ts'
import { moveClock, resetClock } from '../../support/clock.ts'
import { eachEngine } from '../../support/engines.ts'
import { Authenticator } from '../../support/factors.ts'
import { linkIn } from '../../support/mailbox.ts'
import { PASSWORD } from '../../support/server.ts'
import { story, type Reader } from '../reader.ts'
import { newAddress, setStage, type Stage } from '../stage.ts'

const CLIENT = { client: 'Fernwood Library' }
const DAY = 86_400_000

describe('a person with an account', () => {
  eachEngine(
    (_, openUrl, env) => {
      let stage: Stage
      const own = () => stage
      before(async () => {
        stage = await setStage({ store: await openUrl(), env })
      })
      after(() => stage?.close())
      afterEach(resetClock)

      const newPerson = ({ tag }: Language) => stage.server.person({ email: newAddress(), language: tag })

      async function toConsole(person: Reader, path: string, email: string): Promise<void> {
        await person.goTo(stage.server.issuer + path)
        await person.sees('common:signIn')
        await person.signIn(email, PASSWORD)
      }

      story('changes the address, and has the old one back when it was not they', own, async (meet, language) => {
        const { email } = await newPerson(language)
        const thief = await meet()
        await toConsole(thief, ADDRESS, email)
        await thief.sees('account:address.change')
        const stolen = newAddress('thief')
        await thief.fill('account:address.new', stolen)
        await thief.press('account:address.send')
        await thief.sees('common:checkMail')
        await thief.typeMailedCode(await thief.mail(stolen, 'mail:confirm.subject'))
        await thief.press('account:address.prove')
        await thief.sees('account:details')
        await thief.reads('account:done.address')

        const owner = await meet()
        const link = linkIn(await owner.mail(email, 'mail:moved.subject'))
        await owner.goTo(link)
        await owner.sees('account:undo')
        await owner.press('account:undo.do')
        await owner.sees('account:undone')
        await thief.page.reload()
        await thief.sees('common:signIn')
        await thief.signIn(email, PASSWORD)
        await thief.reads('errors:password.mismatch')

        await owner.follow('notices:done.recover')
        await owner.sees('recovery:ask.title')
        await owner.fill('recovery:ask.identifier', email)
        await owner.press('recovery:ask.send')
        await owner.sees('common:checkMail')
        await owner.goTo(linkIn(await owner.mail(email, 'recovery:mail.reset.subject')))
        await owner.sees('recovery:reset.title')
        await owner.fill('common:password', 'nine blue herons beside the canal')
        await owner.press('recovery:reset.save')
        await owner.sees('account:security')

        await owner.goTo(link)
        await owner.sees('recovery:over.title')
        await owner.reads('errors:undo.gone')
      })

      story('says that it was not they, and whoever it was is out', own, async (meet, language) => {
        const { email } = await newPerson(language)
        const thief = await meet()
        await toConsole(thief, '/account/security/totp/add', email)
        await thief.sees('methods:totp.title')
        const app = new Authenticator(await thief.page.locator('code.key').innerText())
        await thief.fill('common:sixDigitCode', app.code())
        await thief.press('common:turnOn')
        await thief.sees('methods:recoveryCodes.keep')

        const owner = await meet({ viewport: { width: 360, height: 640 } })
        const link = linkIn(await owner.mail(email, 'notices:factorAdded.subject'))
        await owner.goTo(link)
        await owner.sees('notices:ask.heading')
        await owner.reads('notices:factorAdded.happened', { factor: language.t('methods:totp.name') })
        await owner.press('notices:ask.confirm')
        await owner.sees('notices:done.heading')
        await owner.reads('notices:undone.factor')

        await thief.goTo(`${stage.server.issuer}/account/security`)
        await thief.sees('common:signIn')
        await thief.signIn(email, PASSWORD)
        await thief.reads('errors:password.mismatch')

        await owner.follow('notices:done.recover')
        await owner.sees('recovery:ask.title')
        await owner.goTo(link)
        await owner.sees('notices:over.heading')
        await owner.reads('errors:notice.used')
      })

      story('deletes the account, and comes back within the time', own, async (meet, language) => {
        const { email } = await newPerson(language)
        const person = await meet()
        await toConsole(person, CLOSE, email)
        await person.sees('account:close.heading')
        await person.press('account:close')
        await person.reads('errors:close.unconfirmed', { email })
        await person.fill('account:close.confirmation', email)
        await person.press('account:close')
        await person.sees('account:closed.deleted')
        const until = language.day(Date.now() + 30 * DAY)
        await person.reads('account:closed.deletedBody', { day: until })
        await person.mail(email, 'notices:deletionScheduled.subject')

        moveClock(20 * DAY)
        await person.goTo(stage.start())
        await person.signIn(email, PASSWORD)
        await person.sees('signin:comeBack.heading')
        await person.reads('signin:comeBack.deleted', { day: until })
        await person.press('signin:comeBack')
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()
        const account = await stage.server.app.accounts.byIdentifier(email)
        expect(account).to.deep.include({ status: 'active' })
      })
    },
    ['sqlite', 'mongo+redis'],
  )
})
