import { expect } from 'chai'
import { shortenTraces } from '../../src/jobs/shorten-traces.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import { describeBrowser } from '../../src/lib/web/browser/describe-browser.ts'
import { moveClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { BEHIND_PROXY, DUTCH, FIREFOX, Traveller } from '../support/traveller.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'

const DAY = 86_400_000

function allElse({ address: _address, userAgent: _userAgent, inFullSince: _since, ...rest }: AuditEntry) {
  return rest
}

describe('what is kept of where a session came from', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, {
      env: {
        ...BEHIND_PROXY,
        LATCHKEY_SESSION_MAX_TTL: '90d',
        LATCHKEY_SESSION_IDLE_TTL: '90d',
        LATCHKEY_REMEMBERED_SESSION_TTL: '90d',
      },
    })

    async function signedIn() {
      const account = await at.server.person()
      const visitor = new Traveller(at.server.issuer)
      visitor.at = DUTCH
      await at.afterPassword(account.email, {}, visitor)
      return account.id
    }
    async function keptOf(accountId: string) {
      const { signIns, devices } = at.server.app
      const [signIn] = (await signIns.ofAccount(accountId, { limit: 2 })).items
      const [device] = (await devices.ofAccount(accountId, { limit: 2 })).items
      return { signIn: signIn!, device: device! }
    }
    const run = () => shortenTraces(at.server.app, 30 * 86_400).run()

    it('is all of it for 30 days, and the network, browser and system after them', async () => {
      const old = await signedIn()
      moveClock(29 * DAY)
      await run()
      expect((await keptOf(old)).signIn).to.include({ address: DUTCH, userAgent: FIREFOX })

      moveClock(DAY + 1000)
      const young = await signedIn()
      // The server's own scheduler may have been first.
      await run()
      const { signIn, device } = await keptOf(old)
      expect(signIn).to.include({ address: '193.0.6.0/24', userAgent: 'Firefox; Linux' })
      expect(device).to.include({ userAgent: 'Firefox; Linux', network: '193.0.6.0/24', country: 'NL' })
      expect(describeBrowser(device.userAgent)).to.equal('Firefox on Linux')
      expect((await keptOf(young)).signIn).to.include({ address: DUTCH, userAgent: FIREFOX })
      expect((await keptOf(young)).device).to.include({ userAgent: FIREFOX })
      expect(await run()).to.equal('0 sessions, 0 devices, 0 recoveries and 0 audit entries shortened')
    })

    it('is all of it for 30 days in audit entries too, which keep all else', async () => {
      const id = await signedIn()
      const entries = async () => (await at.server.app.events.ofAccount(id, { limit: 50 })).items
      const traced = async () => (await entries()).filter(({ userAgent }) => userAgent !== undefined)
      moveClock(29 * DAY)
      await run()
      const before = await traced()
      expect(before.map(({ type }) => type)).to.include('session.created')
      for (const entry of before) expect(entry).to.include({ address: DUTCH, userAgent: FIREFOX })

      moveClock(DAY + 1000)
      await run()
      const after = await traced()
      for (const entry of after) expect(entry).to.include({ address: '193.0.6.0/24', userAgent: 'Firefox; Linux' })
      expect(after.map(allElse)).to.deep.equal(before.map(allElse))
      expect(after.every(({ inFullSince }) => inFullSince === undefined)).to.equal(true)
    })

    it('is shortened in a recovery, which can be finished as before', async () => {
      const { accounts, recoveries } = at.server.app
      const account = (await accounts.get((await at.server.person()).id))!
      await recoveries.begin(account, { address: '2001:67c:2e8:22::c100:68b', userAgent: FIREFOX })
      const { dueAt } = (await recoveries.get(account.id))!
      expect((await recoveries.get(account.id))!.address).to.equal('2001:67c:2e8:22::c100:68b')

      moveClock(dueAt - Date.now())
      await shortenTraces(at.server.app, 86_400).run()
      const shortened = await recoveries.get(account.id)
      expect(shortened).to.include({ address: '2001:67c:2e8:22::/64', userAgent: 'Firefox; Linux', dueAt })
      expect(await recoveries.finish(account)).to.include({ state: 'finished' })
    })

    it('is left as it is where there is no address to shorten', async () => {
      const { accounts, events } = at.server.app
      const account = (await accounts.get((await at.server.person()).id))!
      const byHand = { type: 'account.deactivated', actor: 'command line', accountId: account.id } as const
      await events.emit({ ...byHand, address: 'unknown', details: { by: 'admin' } })
      moveClock(31 * DAY)
      await run()
      const { items } = await events.ofAccount(account.id, { limit: 50 })
      const entry = items.find(({ type }) => type === 'account.deactivated')!
      expect(entry).to.include({ address: 'unknown', actor: 'command line' }).and.not.have.property('userAgent')
    })

    it('is shortened in batches, however many there are, and by runs at once', async () => {
      const { devices } = at.server.app
      const { id } = await at.server.person()
      const secrets = Array.from({ length: 450 }, () => devices.newSecret())
      for (const secret of secrets) await devices.seen(secret, id, { userAgent: FIREFOX, address: DUTCH })
      moveClock(31 * DAY)
      await Promise.all([run(), run()])
      const { items } = await devices.ofAccount(id, { limit: 500 })
      expect(items).to.have.length(450)
      expect(items.every(({ userAgent }) => userAgent === 'Firefox; Linux')).to.equal(true)
    })
  })
})
