import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { createAccounts } from '../../src/core/accounts/accounts.ts'
import {
  createLinks,
  linkDeclaration,
  ACCOUNT_PURPOSES,
  type Links,
  type WantedLink,
} from '../../src/core/links/links.ts'
import { Refused } from '../../src/lib/errors.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'

const FROM = { address: '192.0.2.7', userAgent: 'Firefox' }

describe('links', () => {
  eachEngine((_name, openUrl) => {
    let store: Store
    let links: Links
    let account: Account
    before(async () => {
      store = await openStore(await openUrl(), declarations)
      links = createLinks(store, { ttl: 900 })
      account = await createAccounts(store).create({ email: 'ann@example.com', emailVerified: true })
    })
    after(() => store?.close())
    afterEach(resetClock)

    const make = (more: Partial<Parameters<Links['make']>[0]> = {}) =>
      links.make({
        purpose: 'sign-in',
        account,
        clientId: 'an-app',
        lasts: 3600,
        maxUses: 1,
        createdBy: 'a test',
        ...more,
      })
    const wanted = (more: Partial<WantedLink> = {}): WantedLink => ({
      purpose: 'sign-in',
      attemptId: undefined,
      account,
      address: FROM.address,
      ...more,
    })
    async function outcome(token: string, more: Partial<WantedLink> = {}): Promise<string> {
      try {
        await links.use(token, wanted(more), FROM)
        return 'used'
      } catch (error) {
        if (error instanceof Refused) return error.code
        throw error
      }
    }

    it('count as often as they were made for, however many use them at once', async () => {
      for (const maxUses of [1, 3]) {
        const { token } = await make({ maxUses })
        const all = await Promise.all(Array.from({ length: 50 }, () => outcome(token)))
        expect(all.filter(one => one === 'used')).to.have.length(maxUses)
        expect(new Set(all)).to.deep.equal(new Set(['used', 'link.used']))
      }
    })

    it('of one purpose are nothing for another', async () => {
      for (const purpose of ACCOUNT_PURPOSES) {
        const { token } = await make({ purpose })
        for (const other of ACCOUNT_PURPOSES.filter(one => one !== purpose))
          expect(await outcome(token, { purpose: other })).to.equal('link.unknown')
        expect(await outcome(token, { purpose })).to.equal('used')
      }
    })

    it('are for one account, one sign-in and, where it is said, one network', async () => {
      const other = await createAccounts(store).create({ email: 'bob@example.com', emailVerified: true })
      const { token } = await make({ network: '192.0.2.0/24' })
      expect(await outcome(token, { account: other })).to.equal('link.unknown')
      expect(await outcome(token, { account: undefined })).to.equal('link.unknown')
      expect(await outcome(token, { attemptId: 'an-attempt' })).to.equal('link.unknown')
      expect(await outcome(token, { address: '198.51.100.1' })).to.equal('link.network')
      expect(await outcome(token)).to.equal('used')
    })

    it('expire when they were to', async () => {
      const { token } = await make({ lasts: 60 })
      moveClock(60_000)
      expect(await outcome(token)).to.equal('link.expired')
    })

    it('that are asked for again end the ones before, also while they are used', async () => {
      const ask = () => links.ask('an-attempt', { whose: account.id, account, reachable: true, from: FROM })
      const old = await ask()
      const token = await ask()
      expect(await outcome(old, { attemptId: 'an-attempt' })).to.equal('link.unknown')
      expect(await outcome(token, { attemptId: 'an-attempt' })).to.equal('used')
    })

    it('are kept by the hash of their token alone', async () => {
      const { token, link } = await make()
      const kept = JSON.stringify(await store.collection(linkDeclaration).get(link.id))
      expect(kept).to.include('an-app').and.not.include(token)
    })
  })
})
