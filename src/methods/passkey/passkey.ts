// Passkeys and security keys (WebAuthn Level 3). One that is found without a name, and checks its owner, begins a sign-in
// and is two factors at once; any of them is a second factor.
import { proofBy, type Method, type Shown } from '../method.ts'
import { signInOptions, verifySignIn } from './sign-in.ts'
import { canBegin, passkeyRecordId, readPasskey, type PasskeyData } from './data.ts'
import { describePasskey } from './describe.ts'
import { newPasskeyOptions, takeNewPasskey } from './enrol.ts'
import { relyingPartyOf } from './relying-party.ts'
import { acceptedSignal } from './signals.ts'

const SCRIPT = 'passkey.js'

export const passkey: Method = {
  id: 'passkey',
  words: t => ({
    name: t('methods:passkey.name'),
    use: t('methods:passkey.use'),
    about: t('methods:passkey.about'),
  }),
  factors: ['possession', 'inherence'],
  amr: ['pop', 'user', 'mfa'],
  resistsPhishing: true,
  roles: { first: true, second: true, identifies: true, upgrade: true },

  standing(_account, own) {
    const keys = own.map(({ data }) => readPasskey(data))
    return {
      enrolled: keys.length > 0,
      first: keys.some(canBegin),
      second: keys.length > 0,
      // A key that can be nothing but a second factor was added to be asked for.
      protects: keys.some(key => !canBegin(key)),
    }
  },

  onIdentify: (): Shown => ({ view: 'methods/passkey/identify', script: SCRIPT }),
  onSecurity: ({ config }, { id }, own) => ({
    view: 'methods/passkey/accepted',
    locals: {
      signal: acceptedSignal(
        relyingPartyOf(config),
        id,
        own.map(({ data }) => readPasskey(data)),
      ),
    },
    script: SCRIPT,
  }),
  page: () => Promise.resolve({ view: 'methods/passkey/prove', script: SCRIPT }),

  challenge: async (services, attempted) => ({ kind: 'options', options: await signInOptions(services, attempted) }),

  async verify(services, attempted) {
    const { account, data, userVerified } = await verifySignIn(services, attempted)
    return { account, proof: passkeyProof(data, userVerified) }
  },

  enrol: {
    page: async (services, who) => ({
      view: 'methods/passkey/enrol',
      locals: { options: await newPasskeyOptions(services, who) },
      script: SCRIPT,
    }),
    async confirm(services, who, form) {
      const { credential, data, userVerified, userPresent } = await takeNewPasskey(services, who, form)
      return {
        kind: 'enrolled',
        credential,
        // One that was made without asking anybody has proven nothing yet.
        ...(userPresent ? { proof: passkeyProof(data, userVerified) } : {}),
      }
    },
  },

  describe: (own, t) => own.map(one => describePasskey(one, t)),
}

/**
 * `pop` is OpenID EAP's, the others are of RFC 8176: `swk` for a key that may be copied to other devices, `hwk` for one
 * that may not.
 */
export function passkeyProof(
  { backupEligible, credentialId }: Pick<PasskeyData, 'backupEligible' | 'credentialId'>,
  userVerified: boolean,
) {
  const kind = backupEligible ? 'swk' : 'hwk'
  return proofBy(passkey, {
    credentialId: passkeyRecordId(credentialId),
    factors: userVerified ? ['possession', 'inherence'] : ['possession'],
    amr: ['pop', kind, 'user', ...(userVerified ? ['mfa'] : [])],
  })
}
