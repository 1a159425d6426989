// Taking an account back by the link in a notice, where no script runs, on each store.
import { expect } from 'chai'
import { eachEngine } from '../support/engines.ts'
import { linkIn } from '../support/mailbox.ts'
import { enterName, enterPassword, expectHeading, press, setUpTotp } from './person.ts'
import { newAddress, setStage, type Stage } from './stage.ts'
import { journey } from './visits.ts'

describe('a person to whose account something happened', () => {
  eachEngine((_, openUrl) => {
    let stage: Stage
    before(async () => {
      stage = await setStage({ store: await openUrl() })
    })
    after(() => stage?.close())

    journey('says that it was not they, on a telephone, without JavaScript, and whoever did it is out', async open => {
      const { email } = await stage.server.person({ email: newAddress() })
      const thief = await open()
      await thief.goto(`${stage.server.issuer}/account/security`)
      await enterName(thief, email)
      await enterPassword(thief)
      await expectHeading(thief, 'Security')
      await setUpTotp(thief)

      await stage.server.app.postbox.settled()
      const mail = stage.server.mailbox.to(email).find(({ subject }) => subject.includes('was set up'))!
      const phone = await open({ javaScriptEnabled: false, viewport: { width: 360, height: 640 } })
      await phone.goto(linkIn(mail))
      expect(phone.url()).to.equal(`${stage.server.issuer}/not-me`)
      await expectHeading(phone, 'Was this not you?')
      await phone.getByText('Authenticator app was set up for your account.').waitFor()
      await press(phone, 'This was not me')
      await expectHeading(phone, 'Your account is yours again')

      await thief.goto(`${stage.server.issuer}/account/security`)
      await expectHeading(thief, 'Sign in')
      await enterName(thief, email)
      await enterPassword(thief)
      await thief.getByText('do not belong together').first().waitFor()

      await phone.goBack()
      await phone.goto(linkIn(mail))
      await expectHeading(phone, 'This link cannot be used')
    })
  })
})
