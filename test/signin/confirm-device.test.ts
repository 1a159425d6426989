// A sign-in from a new browser or network, confirmed by a mailed code or link where policy says so.
import { expect } from 'chai'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { codeIn } from '../support/mailbox.ts'
import { PASSWORD } from '../support/server.ts'
import { AMERICAN, BEHIND_PROXY, DUTCH, Traveller } from '../support/traveller.ts'
import type { VisitedPage } from '../support/visitor.ts'
import { atSignIn } from './factors/at-sign-in.ts'

const CONFIRM = '/prove/email-code/challenge'

describe('confirmNewDevice', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { env: BEHIND_PROXY })

    const traveller = (address = DUTCH, before?: Traveller): Traveller => {
      const visitor = new Traveller(at.server.issuer)
      visitor.at = address
      for (const name of before ? ['latchkey_device', 'latchkey_device.sig'] : [])
        visitor.setCookie(name, before!.cookie(name)!)
      return visitor
    }
    const afterPassword = async (email: string, visitor: Traveller) => (await at.afterPassword(email, {}, visitor)).page
    const isAsked = (page: VisitedPage) => page.html.includes(CONFIRM)

    async function confirm(email: string, visitor: Traveller, page: VisitedPage): Promise<VisitedPage> {
      const sent = await visitor.submit(page, CONFIRM)
      return visitor.submit(sent, '/prove/email-code', { code: codeIn(await at.server.mailTo(email)) })
    }
    async function confirmed(email: string): Promise<Traveller> {
      const visitor = traveller()
      const end = await confirm(email, visitor, await afterPassword(email, visitor))
      expect(answerOf(end)).to.have.property('code')
      return visitor
    }

    it('device: asks once in each browser, and another account in the same one', async () => {
      await at.policy({ confirmNewDevice: 'device' })
      const { email } = await at.server.person()
      const visitor = await confirmed(email)
      expect(answerOf(await afterPassword(email, traveller(AMERICAN, visitor)))).to.have.property('code')
      expect(isAsked(await afterPassword(email, traveller()))).to.equal(true)
      const other = await at.server.person()
      expect(isAsked(await afterPassword(other.email, traveller(DUTCH, visitor)))).to.equal(true)
    })

    it('network: asks again in another network, and in none that was confirmed', async () => {
      await at.policy({ confirmNewDevice: 'network' })
      const { email } = await at.server.person()
      const visitor = await confirmed(email)
      const abroad = traveller(AMERICAN, visitor)
      const asked = await afterPassword(email, abroad)
      expect(isAsked(asked)).to.equal(true)
      expect(answerOf(await confirm(email, abroad, asked))).to.have.property('code')
      for (const address of [DUTCH, AMERICAN])
        expect(answerOf(await afterPassword(email, traveller(address, visitor)))).to.have.property('code')
    })

    it('takes no wrong code, and lets nobody go around it', async () => {
      await at.policy({ confirmNewDevice: 'device' })
      const { email } = await at.server.person()
      const visitor = traveller()
      const page = await afterPassword(email, visitor)
      const sent = await visitor.submit(page, CONFIRM)
      const code = codeIn(await at.server.mailTo(email))
      const wrong = code.replace(/\d/g, digit => String((Number(digit) + 1) % 10))
      const refused = await visitor.submit(sent, '/prove/email-code', { code: wrong })
      expect(refused.status).to.be.within(400, 422)
      const { page: silent } = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(silent)).to.have.property('error', 'login_required')
      expect(isAsked(await afterPassword(email, traveller(DUTCH)))).to.equal(true)
    })

    it('is asked of a session, and of a browser, that an app which does not ask let in', async () => {
      const lax = await at.server.register('web', { first_party: true })
      await at.policy({ confirmNewDevice: 'device' }, { kind: 'client', name: at.client.client_id })
      const { email } = await at.server.person()
      const visitor = traveller()
      const { page: asks } = await authorize(at.server, lax, {}, visitor)
      const named = await visitor.submit(asks, '/identify', { identifier: email })
      expect(answerOf(await visitor.submit(named, '/prove/password', { password: PASSWORD }))).to.have.property('code')
      expect(isAsked(await afterPassword(email, traveller(DUTCH, visitor)))).to.equal(true)
      const { page } = await authorize(at.server, at.client, {}, visitor)
      expect(answerOf(await confirm(email, visitor, page))).to.have.property('code')
      // And it is confirmed from then on, for the session too.
      const again = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(again.page)).to.have.property('code')
      await at.policy({}, { kind: 'client', name: at.client.client_id })
    })
  })
})
