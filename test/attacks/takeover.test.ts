// Whoever has got into an account tries to keep it, and its owner to get it back: on both stores.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { leave } from '../../src/core/accounts/former-addresses.ts'
import { credentialsOf } from '../../src/core/credentials.ts'
import { createRecoveries } from '../../src/core/recoveries/recoveries.ts'
import type { Refused } from '../../src/lib/errors.ts'
import { enrolPassword } from '../../src/methods/password/set.ts'
import { closeAccount } from '../../src/oidc/sessions/account-status.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addRecoveryCodes, addTotp } from '../support/factors.ts'
import { signIn } from '../support/flow.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from '../signin/recovery/getting-back.ts'

const THIEFS_PASSWORD = 'four grey herons under the bridge'
let count = 0
const another = () => `thief${(count += 1)}@example.com`

describe('a thief in an account', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    let owner: Account
    beforeEach(async () => void (owner = await at.server.person()))
    afterEach(resetClock)

    const stored = () => at.server.app.accounts.get(owner.id) as Promise<Account>
    const ways = async () =>
      (await credentialsOf(at.server.app.methodServices.credentials, owner.id)).map(one => one.method)
    /** @returns the secret in the mail to the one that is left */
    async function moveTo(email: string): Promise<string> {
      const { former, secret } = leave((await stored()).email)
      await at.server.app.accounts.changeEmail(owner.id, former, email)
      moveClock(1000)
      return secret
    }
    const goBack = (secret: string) =>
      new Visitor(at.server.issuer).post(`/account/details/undo/${owner.id}.${secret}`, {})

    it('moves its address on and on: the first mail still brings it back', async () => {
      const secret = await moveTo(another())
      for (let times = 0; times < 30; times += 1) await moveTo(another())
      expect((await goBack(secret)).status).to.equal(200)
      expect((await stored()).email).to.equal(owner.email)
    })

    it('sets up ways in after moving its address, where the owner is told of none: they go with that', async () => {
      await addTotp(at.server, owner)
      moveClock(1000)
      const secret = await moveTo(another())
      await enrolPassword(at.server.app.methodServices, owner.id, THIEFS_PASSWORD)
      await addRecoveryCodes(at.server, await stored())
      expect((await ways()).toSorted()).to.deep.equal(['password', 'recovery-codes', 'totp'])
      const page = await goBack(secret)
      expect(wordsOf(page)).to.include('set up to sign in with since then, do not work any more')
      expect(await ways()).to.deep.equal(['totp'])
      const { visitor, page: first } = await authorize(at.server, at.client)
      expect((await signIn(visitor, first, owner.email, THIEFS_PASSWORD)).status).to.equal(400)
    })

    it('sets up an app of their own in the place of the owner’s: it goes too', async () => {
      await addTotp(at.server, owner)
      moveClock(60_000)
      const secret = await moveTo(another())
      await addTotp(at.server, await stored())
      await goBack(secret)
      expect(await ways()).to.deep.equal([])
    })

    it('moves its address, and has it deleted: it is back, and its owner gets in by their mailbox', async () => {
      const secret = await moveTo(another())
      const ending = { by: 'person', purgeAt: Date.now() + 86_400_000 } as const
      await closeAccount({ ...at.server.app }, await stored(), ending, {})
      await goBack(secret)
      expect(await stored())
        .to.include({ status: 'active', email: owner.email })
        .and.to.not.have.property('purgeAt')
      moveClock(2000)
      const asked = await askToGetBack(at, owner.email)
      const end = await chooseBy(asked.visitor, (await mailedTo(at, owner.email)).link)
      expect(answerOf(end)).to.have.property('code')
    })

    it('ends the wait for a lost second factor before its time, or 20 times at once: not before, and once', async () => {
      const recoveries = createRecoveries(at.server.app.store, { delay: 3600 })
      const { begun } = await recoveries.begin(owner, { address: '192.0.2.1', userAgent: '' })
      expect(begun).to.equal(true)
      const finish = () =>
        recoveries.finish(owner).then(
          ({ state }) => state,
          ({ code }: Refused) => code,
        )
      moveClock(3_540_000)
      expect(await finish()).to.equal('recovery.not_due')
      moveClock(60_000)
      const ends = await Promise.all(Array.from({ length: 20 }, finish))
      expect(ends.filter(end => end === 'finished')).to.have.length(1)
      expect(new Set(ends)).to.deep.equal(new Set(['finished', 'recovery.over']))
    })

    it('takes as a username the id of somebody else: what names that id means its owner', async () => {
      const { accounts } = at.server.app
      const victim = await accounts.create({
        id: `k${owner.id.replaceAll(/[^a-z0-9]/gi, 'q').slice(1, 21)}Z`,
        email: another(),
        emailVerified: true,
      })
      await accounts.changeUsername(owner.id, victim.id)
      expect((await accounts.byName(victim.id))?.id).to.equal(victim.id)
      expect((await accounts.byIdentifier(victim.id))?.id).to.equal(owner.id)
    })

    it('has closed it: its owner, who has forgotten the password, gets it back by their mailbox', async () => {
      await closeAccount({ ...at.server.app }, owner, { by: 'person', purgeAt: Date.now() + 86_400_000 }, {})
      moveClock(2000)
      const asked = await askToGetBack(at, owner.email)
      const offered = await chooseBy(asked.visitor, (await mailedTo(at, owner.email)).link, NEW_PASSWORD)
      await asked.visitor.submit(offered, '/come-back')
      expect((await stored()).status).to.equal('active')
    })
  })
})
