import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { afterUse, requestOptions, verifyAssertion } from '../../../src/methods/passkey/authentication.ts'
import { creationOptions, verifyNewPasskey } from '../../../src/methods/passkey/registration.ts'
import { readAuthentication, readRegistration } from '../../../src/methods/passkey/responses.ts'
import type { PasskeyData } from '../../../src/methods/passkey/data.ts'
import { expectRefused } from '../../support/refused.ts'
import { SoftAuthenticator, type Lies, type Traits } from '../../support/soft-authenticator.ts'

const rp = {
  id: 'example.com',
  name: 'Example',
  origins: ['https://id.example.com', 'https://shop.example.org'],
}
const origin = rp.origins[0]!
const newChallenge = () => randomBytes(32).toString('base64url')

describe('passkey ceremonies', () => {
  async function make(
    traits: Partial<Traits> = {},
    { alone = true, silent = false, lies }: { alone?: boolean; silent?: boolean; lies?: Lies } = {},
  ) {
    const authenticator = new SoftAuthenticator({ origin, ...traits })
    const challenge = newChallenge()
    const wanted = {
      challenge,
      accountId: 'an-account',
      userName: 'rosa@example.com',
      displayName: 'Rosa',
      known: [],
      alone,
    }
    const response = authenticator.create(await creationOptions(rp, wanted), lies)
    const made = await verifyNewPasskey(rp, readRegistration(JSON.stringify(response)), { challenge, alone, silent })
    return { authenticator, ...made }
  }

  async function use(authenticator: SoftAuthenticator, data: PasskeyData, lies: Lies = {}, verifyUser = true) {
    const challenge = newChallenge()
    const response = authenticator.get(await requestOptions(rp, { challenge, verifyUser }), lies)
    return verifyAssertion(rp, readAuthentication(JSON.stringify(response)), data, { challenge, verifyUser })
  }

  describe('making one', () => {
    it('keeps what the authenticator said of it, and its public key', async () => {
      const { data, userVerified } = await make({ aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4' })
      expect(userVerified).to.equal(true)
      expect(data).to.include({
        aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
        backupEligible: true,
        backedUp: true,
        discoverable: true,
        verifiesUser: true,
        counter: 0,
      })
    })

    it('asks for no attestation, and gives the authenticator an id that names nobody', async () => {
      const wanted = {
        challenge: newChallenge(),
        accountId: 'id',
        userName: 'rosa',
        displayName: '',
        known: [],
        alone: true,
      }
      const options = await creationOptions(rp, wanted)
      expect(options.attestation).to.equal('none')
      expect(Buffer.from(options.user.id, 'base64url').toString()).to.equal('id')
      expect(options.authenticatorSelection).to.include({ residentKey: 'required', userVerification: 'required' })
    })

    it('names those that the account has, so that none is made twice', async () => {
      const known = [{ credentialId: 'AAAA', transports: ['usb'] }]
      const wanted = {
        challenge: newChallenge(),
        accountId: 'id',
        userName: 'rosa',
        displayName: '',
        known,
        alone: false,
      }
      const { excludeCredentials } = await creationOptions(rp, wanted)
      expect(excludeCredentials).to.deep.equal([{ id: 'AAAA', transports: ['usb'], type: 'public-key' }])
    })

    const refused: Record<string, Lies> = {
      'from another origin': { origin: 'https://id.example.com.evil.example' },
      'from our host by http': { origin: 'http://id.example.com' },
      'for another relying party': { rpId: 'evil.example' },
      'for another challenge': { challenge: newChallenge() },
      'by an answer to another question': { type: 'webauthn.get' },
      'by nobody': { userPresent: false },
      'without verifying the person, where it will be the only way in': { userVerified: false },
      'with a backup of what cannot be backed up': { backupEligible: false, backedUp: true },
    }
    for (const [how, lies] of Object.entries(refused)) {
      it(`is refused ${how}`, async () => {
        await expectRefused(make({}, { lies }), 'passkey.invalid')
      })
    }

    it('takes one without a PIN as a second factor', async () => {
      const { userVerified } = await make({ verifiesUser: false }, { alone: false })
      expect(userVerified).to.equal(false)
    })

    it('takes one that was made without asking, where that was asked for', async () => {
      const lies = { userPresent: false, userVerified: false }
      await make({}, { alone: false, silent: true, lies })
      await expectRefused(make({}, { alone: false, lies }), 'passkey.invalid')
    })

    it('takes one from a related origin', async () => {
      await make({ origin: 'https://shop.example.org' })
    })
  })

  describe('using one', () => {
    it('says what the authenticator saw', async () => {
      const { authenticator, data } = await make({ counts: true, synced: false })
      expect(await use(authenticator, data)).to.deep.equal({
        userVerified: true,
        counter: 1,
        backupEligible: false,
        backedUp: false,
      })
    })

    const refused: Record<string, Lies> = {
      'from another origin': { origin: 'https://evil.example' },
      'for another relying party': { rpId: 'id.example.com' },
      'for another challenge': { challenge: newChallenge() },
      'by an answer to another question': { type: 'webauthn.create' },
      'by nobody': { userPresent: false },
      'without verifying the person': { userVerified: false },
    }
    for (const [how, lies] of Object.entries(refused)) {
      it(`is refused ${how}`, async () => {
        const { authenticator, data } = await make()
        await expectRefused(use(authenticator, data, lies), 'passkey.invalid')
      })
    }

    it('is refused when another key signed', async () => {
      const { data } = await make()
      const { authenticator } = await make()
      await expectRefused(use(authenticator, data), 'passkey.invalid')
    })

    it('may leave the person unverified as a second factor', async () => {
      const { authenticator, data } = await make({ verifiesUser: false }, { alone: false })
      expect((await use(authenticator, data, {}, false)).userVerified).to.equal(false)
    })
  })

  describe('what counts', () => {
    const data = { counter: 5, backupEligible: true, backedUp: false } as PasskeyData
    const seen = { counter: 6, backupEligible: true, backedUp: true, userVerified: true }

    it('keeps count and backup', () => {
      expect(afterUse(data, seen)).to.deep.equal({ ...data, counter: 6, backedUp: true })
    })
    it('is nothing whose count stands still or goes back', () => {
      for (const counter of [5, 4, 0]) expect(afterUse(data, { ...seen, counter })).to.equal('passkey.counter_back')
    })
    it('is an authenticator that does not count', () => {
      const none = { ...data, counter: 0 }
      expect(afterUse(none, { ...seen, counter: 0 })).to.include({ counter: 0 })
    })
    it('is nothing that changed its mind about being copied', () => {
      const changed = { ...seen, backupEligible: false, backedUp: false }
      expect(afterUse(data, changed)).to.equal('passkey.backup_changed')
    })
  })

  describe('what a browser sends', () => {
    for (const [what, text] of [
      ['nothing', ''],
      ['no JSON', '{'],
      ['a list', '[]'],
      ['null', 'null'],
      ['no answer', '{"id":"AAAA","rawId":"AAAA","type":"public-key"}'],
      ['an id of 1024 bytes', JSON.stringify({ id: 'A'.repeat(1366), rawId: 'A', type: 'public-key', response: {} })],
      ['objects for texts', '{"id":{"$ne":""},"rawId":"AAAA","type":"public-key","response":{"clientDataJSON":[]}}'],
    ] as const) {
      it(`is refused when it is ${what}`, () => {
        const code = text === '' ? 'passkey.missing' : 'passkey.malformed'
        expect(() => readAuthentication(text)).to.throw(code)
        expect(() => readRegistration(text)).to.throw(code)
      })
    }
  })
})
