import { expect } from 'chai'
import { languageBy } from '../../../src/lib/languages/language.ts'
import { namePasskey } from '../../../src/methods/passkey/authenticators.ts'
import { describePasskey } from '../../../src/methods/passkey/describe.ts'
import { passkey } from '../../../src/methods/passkey/passkey.ts'

const NOBODYS = '00000000-0000-0000-0000-000000000000'
const data = {
  credentialId: 'AAAA',
  publicKey: 'AAAA',
  counter: 0,
  transports: ['internal'],
  aaguid: NOBODYS,
  backupEligible: true,
  backedUp: true,
  discoverable: true,
  verifiesUser: true,
}
const credential = (more: Partial<typeof data> = {}, label?: string) => ({
  id: 'passkey:x',
  accountId: 'an-account',
  method: 'passkey',
  data: { ...data, ...more },
  createdAt: 1,
  updatedAt: 1,
  ...(label ? { label } : {}),
})

const { t } = languageBy('en')

describe('a passkey in a list', () => {
  it('is named by what made it', () => {
    const named = (aaguid: string) => namePasskey({ ...data, aaguid }, t)
    expect(named('ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4')).to.equal('Google Password Manager')
    expect(named('fbfc3007-154e-4ecc-8c0b-6e020557d7bd')).to.equal('Apple Passwords')
    expect(namePasskey({ ...data, aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a' }, t)).to.match(/^YubiKey 5/)
  })

  it('is named by its kind where nothing says what made it', () => {
    expect(namePasskey(data, t)).to.equal('Passkey')
    expect(namePasskey({ ...data, backupEligible: false }, t)).to.equal('Passkey on this device')
    expect(namePasskey({ ...data, backupEligible: false, transports: ['usb', 'nfc'] }, t)).to.equal('Security key')
    for (const aaguid of ['__proto__', 'constructor', ''])
      expect(namePasskey({ ...data, aaguid }, t), aaguid).to.equal('Passkey')
  })

  it('says where it is, and by its owner’s name also what made it', () => {
    expect(describePasskey(credential(), t)).to.include({ name: 'Passkey', detail: 'Synced to your other devices' })
    expect(describePasskey(credential({ backedUp: false }), t).detail).to.equal('Not synced yet')
    expect(describePasskey(credential({ backupEligible: false }), t).detail).to.equal('On one device only')
    expect(describePasskey(credential({ verifiesUser: false }), t).detail).to.equal('Second step only')
    expect(describePasskey(credential({ discoverable: false }), t).detail).to.equal('Second step only')
    expect(describePasskey(credential({}, 'My laptop'), t)).to.include({
      name: 'My laptop',
      detail: 'Passkey · Synced to your other devices',
    })
  })
})

describe('what an account may do with its passkeys', () => {
  const standing = (...own: ReturnType<typeof credential>[]) => passkey.standing({} as never, own)

  it('is nothing without one', () => {
    expect(standing()).to.deep.equal({ enrolled: false, first: false, second: false, protects: false })
  })
  it('is to begin with it, or to add it; it is not asked for after every password', () => {
    expect(standing(credential())).to.deep.equal({ enrolled: true, first: true, second: true, protects: false })
  })
  it('is to protect every sign-in with a key that can be nothing else', () => {
    for (const key of [credential({ discoverable: false }), credential({ verifiesUser: false })]) {
      expect(standing(key)).to.deep.equal({ enrolled: true, first: false, second: true, protects: true })
      expect(standing(key, credential())).to.include({ first: true, protects: true })
    }
  })
})
