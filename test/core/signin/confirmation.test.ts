// The decision about confirming a new browser or network by the mailbox, as a table.
import { expect } from 'chai'
import { nextStep } from '../../../src/core/signin/next-step.ts'
import {
  ann,
  lacking,
  mailed,
  passkey,
  proofBy,
  pwd,
  securityKey,
  situation,
  totp,
  type Difference,
} from './situations.ts'

const methods = [pwd, lacking(mailed)]
const device = { policy: { confirmNewDevice: 'device' as const } }
const network = { policy: { confirmNewDevice: 'network' as const } }
const seen = (confirmed: 'device' | 'network') => ({ device: { known: true, confirmed } })

const rows: [when: string, one: Difference, expected: string][] = [
  ['is not asked for by itself', {}, 'finish'],
  ['is asked for on a new browser', device, 'prove email-code'],
  [
    'is asked for on a browser that was seen and never confirmed',
    { ...device, device: { known: true } },
    'prove email-code',
  ],
  ['is not asked for on a confirmed one', { ...device, ...seen('device') }, 'finish'],
  [
    'is not asked for on a new browser again, once given',
    { ...device, proofs: [proofBy(pwd), proofBy(mailed)] },
    'finish',
  ],
  ['is given by who signs in by mail', { ...device, proofs: [proofBy(mailed)] }, 'finish'],
  ['is not asked of a passkey', { ...device, methods: [...methods, passkey], proofs: [proofBy(passkey)] }, 'finish'],
  [
    'is asked of a security key that does not know its owner',
    { ...device, methods: [...methods, securityKey], proofs: [proofBy(pwd), proofBy(securityKey)] },
    'prove email-code',
  ],
  [
    'is asked for beside an authenticator app',
    { ...device, methods: [...methods, totp], proofs: [proofBy(pwd), proofBy(totp)] },
    'prove email-code',
  ],
  ['of a network is asked for on a confirmed browser elsewhere', { ...network, ...seen('device') }, 'prove email-code'],
  ['of a network is not asked for in one that was confirmed', { ...network, ...seen('network') }, 'finish'],
  ['of a network is asked for on a new browser', network, 'prove email-code'],
  [
    'waits for an address to be proven',
    {
      policy: { confirmNewDevice: 'device', emailVerification: 'optional' },
      account: { ...ann, emailVerified: false },
      methods: [pwd],
    },
    'verify-email',
  ],
  [
    'cannot be given by what policy does not let count',
    { policy: { confirmNewDevice: 'device', allowedMethods: ['password'] } },
    'prove ',
  ],
  ['is not asked of an account that is closed', { ...device, account: { ...ann, status: 'deactivated' } }, 'disabled'],
]

describe('confirmation by the mailbox', () => {
  for (const [when, one, expected] of rows)
    it(`${when}: ${expected}`, () => {
      const step = nextStep(situation({ methods, ...one }))
      expect(step.kind === 'prove' ? `prove ${step.methods.join(' ')}` : step.kind).to.equal(expected)
    })
})
