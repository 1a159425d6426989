import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import {
  challengeDeclaration,
  createChallenges,
  newCode,
  type Bound,
  type Challenges,
} from '../../src/core/challenges.ts'
import type { Refused } from '../../src/lib/errors.ts'
import { newId } from '../../src/lib/ids.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'

const TTL = 300

describe('a challenge', () => {
  eachEngine((_name, openUrl) => {
    const key = randomBytes(32)
    let store: Store
    let challenges: Challenges
    before(async () => {
      store = await openStore(await openUrl(), declarations)
      challenges = createChallenges(store, { keys: [key], ttl: TTL })
    })
    after(() => store?.close())
    afterEach(resetClock)

    const bound = (more: Partial<Bound> = {}): Bound => ({
      owner: newId(),
      method: 'email-code',
      purpose: 'prove',
      accountId: 'ann',
      ...more,
    })
    const codeOf = (trying: Promise<unknown>): Promise<string> =>
      trying.then(
        () => 'taken',
        (error: unknown) => (error as Refused).code,
      )

    it('is taken once, of 50 who answer it rightly at the same time', async () => {
      const to = bound()
      await challenges.begin(to, { code: '123456' })
      const answers = await Promise.all(Array.from({ length: 50 }, () => codeOf(challenges.takeByCode(to, '123 456'))))
      expect(answers.filter(answer => answer === 'taken')).to.have.length(1)
      const nonce = bound()
      await challenges.begin(nonce)
      const taken = await Promise.all(Array.from({ length: 50 }, () => challenges.take(nonce)))
      expect(taken.filter(Boolean)).to.have.length(1)
    })

    it('is nothing once it was taken back, in its time or after it, and only by whom it is bound to', async () => {
      for (const wait of [0, TTL * 1000]) {
        const to = bound()
        await challenges.begin(to, { code: '123456' })
        moveClock(wait)
        await challenges.cancel({ ...to, accountId: 'bob' })
        expect(await challenges.begun(to)).to.include({ accountId: 'ann' })
        await challenges.cancel(to)
        expect(await challenges.begun(to)).to.equal(undefined)
        expect(await codeOf(challenges.takeByCode(to, '123456'))).to.equal('code.none')
      }
    })

    it('is looked at five times, of 50 who guess at the same time, and then not any more', async () => {
      const to = bound()
      await challenges.begin(to, { code: '123456' })
      const answers = await Promise.all(Array.from({ length: 50 }, () => codeOf(challenges.takeByCode(to, '000000'))))
      expect(answers.filter(answer => answer === 'code.wrong')).to.have.length(5)
      expect(await codeOf(challenges.takeByCode(to, '123456'))).to.equal('code.too_many')
    })

    it('counts for its owner, method, purpose and account alone', async () => {
      const to = bound()
      await challenges.begin(to, { code: '123456' })
      for (const other of [
        { ...to, owner: newId() },
        { ...to, method: 'sms-code' },
        { ...to, purpose: 'enrol' as const },
        { ...to, accountId: 'bob' },
        { ...to, accountId: undefined },
      ]) {
        expect(await codeOf(challenges.takeByCode(other, '123456'))).to.equal('code.none')
        expect(await challenges.find(other)).to.equal(undefined)
        expect(await challenges.take(other)).to.equal(undefined)
      }
      expect(await codeOf(challenges.takeByCode(to, '123456'))).to.equal('taken')
    })

    it('ends with the next one, and when its time is over', async () => {
      const to = bound()
      await challenges.begin(to, { code: '111111' })
      expect((await challenges.begin(to, { code: '222222' })).times).to.equal(2)
      expect(await codeOf(challenges.takeByCode(to, '111111'))).to.equal('code.wrong')
      moveClock(TTL * 1000)
      expect(await codeOf(challenges.takeByCode(to, '222222'))).to.equal('code.expired')
      expect(await challenges.find(to)).to.equal(undefined)
      expect(await challenges.begun(to)).to.have.property('times', 2)
      moveClock(60 * 60 * 1000)
      expect(await challenges.begun(to)).to.equal(undefined)
    })

    it('without a code, made for nobody, is answered by none', async () => {
      const to = bound({ accountId: undefined })
      await challenges.begin(to)
      for (const typed of ['', 'undefined', '000000'])
        expect(await codeOf(challenges.takeByCode(to, typed))).to.equal('code.wrong')
    })

    it('keeps a code so that the store alone does not tell it, and takes it while the secret is changed', async () => {
      const to = bound()
      const code = newCode()
      const { id } = await challenges.begin(to, { code })
      const stored = JSON.stringify(await store.collection(challengeDeclaration).get(id))
      for (const text of [code, `${id}:${code}`])
        for (const encoding of ['hex', 'base64', 'base64url'] as const)
          expect(stored).to.not.include(createHash('sha256').update(text).digest(encoding))
      expect(stored).to.not.include(`"${code}"`)
      const renewed = createChallenges(store, { keys: [randomBytes(32), key], ttl: TTL })
      expect(await codeOf(renewed.takeByCode(to, code))).to.equal('taken')
    })
  })
})
