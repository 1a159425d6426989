import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import {
  createVerifications,
  verificationDeclaration,
  type Secrets,
  type Verifications,
} from '../../../src/core/accounts/verifications.ts'
import { Refused } from '../../../src/lib/errors.ts'
import { openStore } from '../../../src/storage/open.ts'
import type { Store } from '../../../src/storage/port.ts'
import { moveClock, resetClock } from '../../support/clock.ts'

const MINUTE = 60_000
const key = randomBytes(32)

describe('proving an address', () => {
  let store: Store
  let verifications: Verifications
  before(async () => {
    store = await openStore('sqlite::memory:', [verificationDeclaration])
    verifications = createVerifications(store, { keys: [key], codeTtl: 300, linkTtl: 86_400 })
  })
  afterEach(resetClock)
  after(() => store.close())

  const registration = { profile: {}, secured: { passwordHash: 'hash' } }
  const begin = (taken = false) =>
    verifications.start({ email: 'ann@example.com', registration, taken, startedFrom: 'Firefox on Linux' })
  const wrong = ({ code }: Secrets) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
  const refusal = (id: string, code: string): Promise<string | undefined> =>
    verifications.proveByCode(id, code).then(
      () => undefined,
      (error: unknown) => (error as Refused).code,
    )

  describe('by the code', () => {
    it('works as it was mailed, with spaces and dashes in it too', async () => {
      const { id, secrets } = await begin()
      const typed = ` ${secrets.code.slice(0, 3)}-${secrets.code.slice(3)} `
      expect((await verifications.proveByCode(id, typed)).provenAt).to.be.a('number')
    })

    it('is kept by a key alone: whoever reads the store cannot try them all', async () => {
      const { id, secrets } = await begin()
      const { codeHash } = (await verifications.get(id))!
      for (const text of [secrets.code, `${id}:${secrets.code}`])
        expect(codeHash).to.not.equal(createHash('sha256').update(text).digest('base64url'))
      const renewed = createVerifications(store, { keys: [randomBytes(32), key], codeTtl: 300, linkTtl: 86_400 })
      expect((await renewed.proveByCode(id, secrets.code)).provenAt).to.be.a('number')
    })

    it('works again for whoever sends the form twice, and makes no second account: its id is the verification’s', async () => {
      const { id, secrets } = await begin()
      const proofs = await Promise.all(Array.from({ length: 50 }, () => verifications.proveByCode(id, secrets.code)))
      expect(new Set(proofs.map(proof => `${proof.id} ${proof.provenAt}`))).to.have.property('size', 1)
    })

    it('is dead after five wrong ones, for the right one too', async () => {
      const { id, secrets } = await begin()
      for (let tries = 0; tries < 5; tries += 1)
        expect(await refusal(id, wrong(secrets))).to.equal('verification.wrong_code')
      expect(await refusal(id, secrets.code)).to.equal('verification.too_many')
    })

    it('counts wrong ones that come in parallel', async () => {
      const { id, secrets } = await begin()
      const codes = await Promise.all(Array.from({ length: 50 }, () => refusal(id, wrong(secrets))))
      expect(codes.filter(code => code === 'verification.wrong_code')).to.have.length(5)
      expect(codes.filter(code => code === 'verification.too_many')).to.have.length(45)
    })

    it('expires', async () => {
      const { id, secrets } = await begin()
      moveClock(5 * MINUTE)
      expect(await refusal(id, secrets.code)).to.equal('verification.expired')
    })

    it('is of no use for another verification, nor for none', async () => {
      const [one, other] = [await begin(), await begin()]
      const code = one.secrets.code === other.secrets.code ? wrong(one.secrets) : one.secrets.code
      expect(await refusal(other.id, code)).to.equal('verification.wrong_code')
      expect(await refusal('none', code)).to.equal('verification.too_many')
    })

    it('never matches for an address that has an account, in the same words', async () => {
      const { id, secrets } = await begin(true)
      expect(await refusal(id, secrets.code)).to.equal('verification.wrong_code')
      expect(await refusal(id, '')).to.equal('verification.wrong_code')
      for (let tries = 0; tries < 3; tries += 1) await refusal(id, secrets.code)
      expect(await refusal(id, secrets.code)).to.equal('verification.too_many')
    })
  })

  describe('by the link', () => {
    it('is not used up by a scanner that opens it', async () => {
      const { id, secrets } = await begin()
      for (let times = 0; times < 5; times += 1) expect((await verifications.byLink(secrets.link))?.id).to.equal(id)
      expect((await verifications.proveByLink(secrets.link))?.provenAt).to.be.a('number')
    })

    it('works once: of 50 in parallel, one', async () => {
      const { secrets } = await begin()
      const proofs = await Promise.all(Array.from({ length: 50 }, () => verifications.proveByLink(secrets.link)))
      expect(proofs.filter(Boolean)).to.have.length(1)
    })

    it('outlives the code, and then expires', async () => {
      const [one, other] = [await begin(), await begin()]
      moveClock(60 * MINUTE)
      expect(await verifications.proveByLink(one.secrets.link)).to.not.equal(undefined)
      moveClock(24 * 60 * MINUTE)
      expect(await verifications.proveByLink(other.secrets.link)).to.equal(undefined)
    })

    it('is none for an address that has an account', async () => {
      const { secrets } = await begin(true)
      expect(await verifications.byLink(secrets.link)).to.equal(undefined)
    })
  })

  describe('sent again', () => {
    it('kills the code and the link of the mail before, and forgets wrong codes', async () => {
      const { id, secrets } = await begin()
      for (let tries = 0; tries < 5; tries += 1) await refusal(id, wrong(secrets))
      const renewed = (await verifications.renew(id))!
      expect(await verifications.proveByLink(secrets.link)).to.equal(undefined)
      if (renewed.secrets.code !== secrets.code)
        expect(await refusal(id, secrets.code)).to.equal('verification.wrong_code')
      expect(await refusal(id, renewed.secrets.code)).to.equal(undefined)
    })

    it('is enough after five mails', async () => {
      const { id } = await begin()
      for (let mails = 1; mails < 5; mails += 1) await verifications.renew(id)
      const error = await verifications.renew(id).catch((refused: unknown) => refused)
      expect(error).to.be.instanceOf(Refused).and.to.include({ code: 'verification.sent_enough', status: 429 })
    })

    it('makes no code for an address that has an account', async () => {
      const { id } = await begin(true)
      const { verification, secrets } = (await verifications.renew(id))!
      expect(verification).to.not.have.any.keys('codeHash', 'linkHash')
      expect(await refusal(id, secrets.code)).to.equal('verification.wrong_code')
    })

    it('is nothing for an address that is proven', async () => {
      const { id, secrets } = await begin()
      await verifications.proveByCode(id, secrets.code)
      expect(await verifications.renew(id)).to.equal(undefined)
    })
  })

  it('keeps neither secret in the clear', async () => {
    const { id, secrets } = await begin()
    const kept = JSON.stringify(await verifications.get(id))
    expect(kept).to.not.include(secrets.link)
    expect(kept.replaceAll(/\d{10,}/g, '')).to.not.include(secrets.code)
  })

  it('changes the username of a registration only between the proof and the account', async () => {
    const { id, secrets } = await begin()
    expect(await verifications.setUsername(id, 'ann')).to.equal(undefined)
    await verifications.proveByCode(id, secrets.code)
    expect((await verifications.setUsername(id, 'ann'))?.registration?.username).to.equal('ann')
    expect((await verifications.setUsername(id, undefined))?.registration).to.not.have.property('username')
  })
})
