import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { createHasher } from '../../../src/core/hashing/hasher.ts'
import { UnusableHash } from '../../../src/core/passwords/foreign/format.ts'
import { readForeign } from '../../../src/core/passwords/foreign/list.ts'
import { fromKeycloak } from '../../../src/core/passwords/foreign/keycloak.ts'
import { KEYCLOAK, VECTORS } from './foreign-vectors.ts'

/** Of a form that is known, and still nothing that its algorithm takes. */
const UNREADABLE = [
  `$2b$03$${'C'.repeat(53)}`,
  '$argon2id$v=19$m=8,t=1,p=64$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=99$m=4096,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=4096,t=1,p=1$c2Fs$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  '$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$CTFhF',
  '$scrypt$ln=16,r=1,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
]

describe('hashes of other programs', () => {
  const hasher = createHasher({ width: 2, queue: 100 })

  for (const { form, from, password, hash } of VECTORS)
    it(`are read: ${form} (${from})`, async () => {
      expect(await hasher.verify(hash, password)).to.equal(true)
      expect(await hasher.verify(hash, `${password}x`)).to.equal(false)
      expect(hasher.isOutdated(hash)).to.equal(true)
    })

  it('are read: the salted forms of LDAP by the other SHAs, the salt at the end', async () => {
    for (const bits of ['256', '384', '512']) {
      const salt = Buffer.from('8 bytes.')
      const digest = createHash(`sha${bits}`).update('secret').update(salt).digest()
      const [salted, plain] = [Buffer.concat([digest, salt]), createHash(`sha${bits}`).update('secret').digest()]
      expect(await hasher.verify(`{SSHA${bits}}${salted.toString('base64')}`, 'secret')).to.equal(true)
      expect(await hasher.verify(`{SHA${bits}}${plain.toString('base64')}`, 'secret')).to.equal(true)
      expect(await hasher.verify(`{SHA${bits}}${plain.toString('base64')}`, 'secreT')).to.equal(false)
    }
  })

  it('are held against what was typed, and against its NFKC', async () => {
    const sha = (text: string) => `{SHA}${createHash('sha1').update(text).digest('base64')}`
    expect(await hasher.verify(sha('ﬁve lanterns'), 'ﬁve lanterns')).to.equal(true)
    expect(await hasher.verify(sha('five lanterns'), 'ﬁve lanterns')).to.equal(true)
    expect(await hasher.verify(sha('ﬁve lanterns'), 'five lanterns')).to.equal(false)
  })

  it('are not held against a password so long that each round of theirs would take long', async () => {
    const long = 'x'.repeat(513)
    expect(await hasher.verify(`{SHA}${createHash('sha1').update(long).digest('base64')}`, long)).to.equal(false)
  })

  it('are nobody’s where their algorithm does not take them: no failure of ours', async () => {
    for (const broken of UNREADABLE) expect(await hasher.verify(broken, 'password'), broken).to.equal(false)
  })

  it('are refused where looking at one would take too much time or memory', () => {
    const bcryptRest = 'C'.repeat(53)
    for (const costly of [
      `$2b$16$${bcryptRest}`,
      '$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
      '$argon2id$v=19$m=262144,t=9,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
      '$scrypt$ln=19,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
      '$scrypt$ln=16,r=8,p=99$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
      'pbkdf2_sha256$4000001$seasalt$wJSpLMQRQz0Dhj/pFpbyjMj71B2gUYp6HJS5AU+32Ac=',
      '$6$rounds=999999999$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
      '$P$TIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
    ])
      expect(() => readForeign(costly), costly).to.throw(UnusableHash, /expected \d+ to/)
  })

  it('are refused where they are none, broken, or of another form', () => {
    for (const wrong of [
      '',
      'password',
      '5f4dcc3b5aa765d61d8327deb882cf99',
      `$2x$05$${'C'.repeat(53)}`,
      '$2b$05$short',
      '$pbkdf2-md5$i=1000$c2FsdHNhbHQ$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M',
      '$pbkdf2-sha256$i=1000$c2FsdA$c2hvcnQ',
      '$scrypt$ln=0,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
      '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
      '{SHA}AAAA',
      '{CLEARTEXT}secret',
      ...UNREADABLE,
    ])
      expect(() => readForeign(wrong), wrong).to.throw(UnusableHash)
    for (const broken of [
      { ...KEYCLOAK, secretData: '{}' },
      { ...KEYCLOAK, credentialData: 'no JSON' },
    ])
      expect(() => fromKeycloak(broken)).to.throw(UnusableHash, /what Keycloak exports/)
  })
})
