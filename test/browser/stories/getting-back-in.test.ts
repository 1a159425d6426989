// How a person gets back in who has forgotten or lost something, and how nobody else does; read and pressed in the language
// of the person.
import { expect } from 'chai'
import type { Language } from '../../../src/lib/languages/language.ts'
import { moveClock, resetClock } from '../../support/clock.ts'
import { eachEngine } from '../../support/engines.ts'
import { addTotp } from '../../support/factors.ts'
import { linkIn, type ReceivedMail } from '../../support/mailbox.ts'
import { PASSWORD } from '../../support/server.ts'
import { story, type Reader } from '../reader.ts'
import { newAddress, setStage, type Stage } from '../stage.ts'

const CLIENT = { client: 'Fernwood Library' }
const NEW_PASSWORD = 'nine blue herons beside the canal'
const HOUR = 60 * 60_000

describe('a person who cannot get in', () => {
  eachEngine(
    (_, openUrl, env) => {
      let stage: Stage
      const own = () => stage
      before(async () => {
        stage = await setStage({ store: await openUrl(), env, jobs: false })
      })
      after(() => stage?.close())
      afterEach(resetClock)

      const newPerson = ({ tag }: Language) => stage.server.person({ email: newAddress(), language: tag })

      async function forget(person: Reader, email: string): Promise<ReceivedMail> {
        await person.goTo(stage.start())
        await person.sees('signin:identify.title', CLIENT)
        await person.fill('signin:identify.label', email)
        await person.press('common:continue')
        await person.follow('recovery:forgot')
        await person.sees('recovery:ask.title')
        await person.press('recovery:ask.send')
        await person.sees('common:checkMail')
        return person.mail(email, 'recovery:mail.reset.subject')
      }
      async function choose(person: Reader): Promise<void> {
        await person.sees('recovery:reset.title')
        await person.fill('common:password', NEW_PASSWORD)
        await person.press('recovery:reset.save')
      }

      story('forgets the password, and chooses another by the mailed link', own, async (meet, language) => {
        const person = await meet()
        const { email } = await newPerson(language)
        const mail = await forget(person, email)
        await person.goTo(linkIn(mail))
        await choose(person)
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()
        await person.mail(email, 'notices:passwordChanged.subject')

        // The one before lets nobody in any more, and the link neither.
        const other = await meet()
        await other.goTo(linkIn(mail))
        await other.sees('recovery:over.title')
        await other.goTo(stage.start())
        await other.signIn(email, PASSWORD)
        await other.reads('errors:password.mismatch')
        await other.fill('common:password', NEW_PASSWORD)
        await other.press('common:signIn')
        await other.isAtTheApp()
      })

      story('forgets the password, types the code, and still needs the second factor', own, async (meet, language) => {
        const person = await meet()
        const account = await newPerson(language)
        const app = await addTotp(stage.server, account)
        await person.typeMailedCode(await forget(person, account.email))
        await person.press('common:continue')
        await choose(person)
        await person.sees('methods:totp.enter')
        await person.fill('common:sixDigitCode', '000000')
        await person.press('common:continue')
        await person.reads('errors:totp.mismatch')
        await person.fill('common:sixDigitCode', app.code())
        await person.press('common:continue')
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()
      })

      /** Of somebody who has proven the password, and says that the rest is lost. */
      async function lose(person: Reader, email: string): Promise<void> {
        await person.goTo(stage.start())
        await person.signIn(email, PASSWORD)
        await person.sees('methods:totp.enter')
        await person.follow('recovery:prove.none')
        await person.sees('recovery:lost.title')
        await person.press('recovery:lost.begin')
        await person.sees('recovery:lost.waiting.title')
      }
      async function waitItOut(): Promise<void> {
        moveClock(72 * HOUR)
        await stage.server.app.jobs.find(({ name }) => name === 'tell-of-recoveries')!.run()
      }

      story('has lost the second factor, waits, and gets in by the last mail', own, async (meet, language) => {
        const person = await meet()
        const account = await newPerson(language)
        await addTotp(stage.server, account)
        await lose(person, account.email)
        await person.mail(account.email, 'recovery:mail.waiting.subject')
        await waitItOut()
        await person.goTo(linkIn(await person.mail(account.email, 'recovery:mail.ready.subject')))
        await person.sees('recovery:lost.ready.title')
        await person.goTo(stage.start())
        await person.signIn(account.email, PASSWORD)
        await person.sees('recovery:lost.remove.title')
        await person.reads('methods:totp.name')
        await person.press('recovery:lost.remove.button')
        await person.sees('signin:consent.heading', CLIENT)
        await person.allow()
      })

      story('is no thief: the owner stops the wait, signed in nowhere', own, async (meet, language) => {
        const thief = await meet()
        const account = await newPerson(language)
        await addTotp(stage.server, account)
        await lose(thief, account.email)

        const owner = await meet({ viewport: { width: 360, height: 640 } })
        await owner.goTo(linkIn(await owner.mail(account.email, 'recovery:mail.waiting.subject')))
        await owner.sees('recovery:lost.stop.title')
        await owner.press('recovery:lost.stop.button')
        await owner.sees('recovery:lost.stopped.title')

        const told = stage.server.mailbox.to(account.email).length
        await waitItOut()
        await stage.server.app.postbox.settled()
        expect(stage.server.mailbox.to(account.email)).to.have.length(told)
        await thief.goTo(stage.start())
        await thief.signIn(account.email, PASSWORD)
        await thief.sees('methods:totp.enter')

        await owner.follow('recovery:lost.stopped.button')
        await owner.sees('recovery:ask.title')
      })
    },
    ['sqlite', 'mongo+redis'],
  )
})
