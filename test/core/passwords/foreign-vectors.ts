// Hashes that others have published, each with its password and where it stands.
import { fromFirebase } from '../../../src/core/passwords/foreign/firebase.ts'
import { fromKeycloak } from '../../../src/core/passwords/foreign/keycloak.ts'

export interface Vector {
  form: string
  from: string
  password: string
  hash: string
}

/** From the readme of github.com/firebase/scrypt. */
export const FIREBASE = {
  project: {
    base64_signer_key: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    base64_salt_separator: 'Bw==',
    rounds: 8,
    mem_cost: 14,
  },
  hash: 'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
  salt: '42xEC+ixf3L2lw==',
  password: 'user1password',
}

/** RFC 7914, section 11, the second vector of PBKDF2-HMAC-SHA-256, as a Keycloak export would hold it. */
export const KEYCLOAK = {
  secretData: JSON.stringify({
    value: Buffer.from(
      '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56' +
        'a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d',
      'hex',
    ).toString('base64'),
    salt: Buffer.from('NaCl').toString('base64'),
    additionalParameters: {},
  }),
  credentialData: JSON.stringify({ hashIterations: 80000, algorithm: 'pbkdf2-sha256', additionalParameters: {} }),
}

const RFC_7914_SCRYPT = '/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA'

export const VECTORS: Vector[] = [
  {
    form: 'bcrypt $2a$',
    from: 'crypt_blowfish, wrapper.c',
    password: 'U*U',
    hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  },
  {
    form: 'bcrypt $2y$',
    from: 'crypt_blowfish, wrapper.c',
    password: 'U*U*U',
    hash: '$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a',
  },
  {
    form: 'bcrypt $2y$ of PHP',
    from: 'php.net, password_verify',
    password: 'rasmuslerdorf',
    hash: '$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq',
  },
  {
    form: 'bcrypt $2b$',
    from: 'crypt_blowfish, wrapper.c, under the prefix of OpenBSD 5.5',
    password: '',
    hash: '$2b$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy',
  },
  {
    form: 'argon2id',
    from: 'phc-winner-argon2, test.c',
    password: 'password',
    hash: '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  },
  {
    form: 'argon2i',
    from: 'phc-winner-argon2, test.c',
    password: 'password',
    hash: '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
  },
  {
    form: 'argon2i of the version before',
    from: 'phc-winner-argon2, test.c',
    password: 'password',
    hash: '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ',
  },
  {
    form: 'scrypt, PHC',
    from: 'RFC 7914, section 12',
    password: 'password',
    hash: `$scrypt$ln=10,r=8,p=16$TmFDbA$${RFC_7914_SCRYPT}`,
  },
  {
    form: 'scrypt, PHC',
    from: 'passlib.hash.scrypt',
    password: 'password',
    hash: '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
  },
  {
    form: 'scrypt, Django',
    from: 'RFC 7914, section 12',
    password: 'password',
    hash: `scrypt$1024$NaCl$8$16$${RFC_7914_SCRYPT}==`,
  },
  {
    form: 'scrypt, Werkzeug',
    from: 'RFC 7914, section 12',
    password: 'password',
    hash: `scrypt:1024:8:16$NaCl$${Buffer.from(RFC_7914_SCRYPT, 'base64').toString('hex')}`,
  },
  {
    form: 'PBKDF2, Django',
    from: 'the tests of Django 5.1',
    password: 'lètmein',
    hash: 'pbkdf2_sha256$870000$seasalt$wJSpLMQRQz0Dhj/pFpbyjMj71B2gUYp6HJS5AU+32Ac=',
  },
  {
    form: 'PBKDF2, passlib',
    from: 'passlib.hash.pbkdf2_sha256',
    password: 'password',
    hash: '$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M',
  },
  {
    form: 'PBKDF2 by SHA-1',
    from: 'RFC 6070, the second vector with a salt of 4 bytes',
    password: 'password',
    hash: `pbkdf2:sha1:4096$salt$4b007901b765489abead49d926f721d065a429c1`,
  },
  {
    form: 'PBKDF2, Keycloak',
    from: 'RFC 7914, section 11',
    password: 'Password',
    hash: fromKeycloak(KEYCLOAK),
  },
  {
    form: 'SHA-crypt $5$',
    from: 'Drepper, SHA-crypt.txt',
    password: 'Hello world!',
    hash: '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5',
  },
  {
    form: 'SHA-crypt $6$',
    from: 'Drepper, SHA-crypt.txt',
    password: 'Hello world!',
    hash: '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  },
  {
    form: 'SHA-crypt $6$ with rounds',
    from: 'Drepper, SHA-crypt.txt',
    password: 'Hello world!',
    hash: '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  },
  {
    form: 'phpass $P$',
    from: 'phpass, test.php',
    password: 'test12345',
    hash: '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
  },
  {
    form: 'phpass $H$',
    from: 'phpass, test.php, under the prefix of phpBB',
    password: 'test12345',
    hash: '$H$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0',
  },
  {
    form: 'Firebase scrypt',
    from: 'github.com/firebase/scrypt',
    password: FIREBASE.password,
    hash: fromFirebase(FIREBASE.project, FIREBASE.hash, FIREBASE.salt),
  },
  {
    form: 'LDAP {SSHA}',
    from: 'slappasswd of OpenLDAP, in its much copied example',
    password: 'fargle',
    hash: '{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b/acp0w',
  },
  {
    form: 'LDAP {SHA}',
    from: 'passlib.hash.ldap_sha1',
    password: 'password',
    hash: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
  },
]
