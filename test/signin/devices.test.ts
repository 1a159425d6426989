// What is kept of a browser that signs in, and the owner told of one that is new.
import { expect } from 'chai'
import type { Device } from '../../src/core/sessions/devices.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { BEHIND_PROXY, AMERICAN, DUTCH, FIREFOX, NEWER_FIREFOX, NOWHERE, Traveller } from '../support/traveller.ts'
import { atSignIn } from './factors/at-sign-in.ts'

const HOUR = 3_600_000

describe('a browser that signs in', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { env: BEHIND_PROXY })
    afterEach(resetClock)

    const devicesOf = async (accountId: string): Promise<Device[]> =>
      (await at.server.app.devices.ofAccount(accountId, { limit: 10 })).items
    const newOnes = async (accountId: string) =>
      (await at.server.app.events.ofAccount(accountId, { limit: 100 })).items.filter(
        ({ type }) => type === 'device.new',
      )

    /** The same browser without its session. */
    function later(before: Traveller): Traveller {
      const visitor = new Traveller(at.server.issuer)
      for (const name of ['latchkey_device', 'latchkey_device.sig']) visitor.setCookie(name, before.cookie(name)!)
      return visitor
    }
    async function signInFrom(email: string, address: string, visitor = new Traveller(at.server.issuer)) {
      visitor.at = address
      await at.afterPassword(email, {}, visitor)
      return visitor
    }

    it('is kept with its network and country, and when it was seen first and last', async () => {
      const { id, email } = await at.server.person()
      const visitor = await signInFrom(email, DUTCH)
      const [first] = await devicesOf(id)
      expect(first).to.deep.include({ userAgent: FIREFOX, network: '193.0.6.0/24', country: 'NL' })

      moveClock(HOUR)
      const again = later(visitor)
      again.userAgent = NEWER_FIREFOX
      await signInFrom(email, AMERICAN, again)
      const [second, ...none] = await devicesOf(id)
      expect(none).to.deep.equal([])
      expect(second).to.deep.include({ userAgent: NEWER_FIREFOX, network: '8.8.8.0/24', country: 'US' })
      expect(second).to.include({ id: first!.id, firstSeenAt: first!.firstSeenAt })
      expect(second!.lastSeenAt).to.be.at.least(first!.lastSeenAt + HOUR)
    })

    it('has no country where its address is nobody’s', async () => {
      const { id, email } = await at.server.person()
      await signInFrom(email, NOWHERE, await signInFrom(email, DUTCH).then(later))
      const [device] = await devicesOf(id)
      expect(device).to.include({ network: '203.0.113.0/24' })
      expect(device).to.not.have.property('country')
    })

    it('is an event when the account sees it first, and no other time', async () => {
      const { id, email } = await at.server.person()
      const visitor = await signInFrom(email, DUTCH)
      await signInFrom(email, AMERICAN, later(visitor))
      const [only, ...none] = await newOnes(id)
      expect(none).to.deep.equal([])
      expect(only).to.deep.include({ address: DUTCH, userAgent: FIREFOX })
      expect(only!.details).to.deep.equal({ network: '193.0.6.0/24', country: 'NL' })
      expect(only!.deviceId).to.equal((await devicesOf(id))[0]!.id)
    })

    it('is told to the owner, but for the first one of an account', async () => {
      const { email } = await at.server.person()
      const noticed = async () => {
        await at.server.app.postbox.settled()
        return at.server.mailbox.to(email).filter(({ subject }) => subject.includes('new browser')).length
      }
      await signInFrom(email, DUTCH)
      expect(await noticed()).to.equal(0)
      await signInFrom(email, AMERICAN)
      expect(await noticed()).to.equal(1)
    })
  })
})
