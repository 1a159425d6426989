// The decision about second factors, levels and what is set up, as tables: policy, what the account has, what was proven.
import { expect } from 'chai'
import { nextStep, type Step } from '../../../src/core/signin/next-step.ts'
import type { SecondFactor } from '../../../src/core/signin/method-facts.ts'
import type { Situation } from '../../../src/core/signin/situation.ts'
import {
  ann,
  securityKey,
  lacking,
  mailed,
  MINUTE,
  NOW,
  passkey,
  proofBy,
  pwd,
  recovery,
  situation,
  toAnybody,
  totp,
  without,
  type Difference,
} from './situations.ts'

const DAY = 86_400_000
const SECOND = 'urn:latchkey:acr:2'

/** A step in one line: `first: password`, `second: totp`, `enrol required: totp email-code`, `finish 2`. */
function said(step: Step): string {
  switch (step.kind) {
    case 'prove':
      return `${step.role}: ${step.methods.join(' ')}`
    case 'enrol':
      return `enrol ${step.reason}${step.skippable ? ' or skip' : ''}: ${step.methods.join(' ')}`
    case 'finish':
      return `finish ${step.acr.split(':').at(-1)}`
    default:
      return step.kind
  }
}

type Row = [when: string, one: Difference | Situation, expected: string]

function table(base: Difference, rows: Row[]): void {
  for (const [when, one, expected] of rows)
    it(`${when}: ${expected}`, () => {
      const policy = { ...base.policy, ...one.policy }
      const request = { ...base.request, ...one.request }
      expect(said(nextStep(situation({ ...base, ...one, policy, request })))).to.equal(expected)
    })
}

const sessionOnly = (more: Difference): Situation => without(situation(more), 'startedAt')
const old = NOW - 60 * MINUTE

/** Everything that a sign-in with a password can find, of an account that has nothing else. */
const plain = [pwd, lacking(totp), lacking(mailed), lacking(recovery)]
const withTotp = [pwd, totp, lacking(mailed), recovery]

describe('the second factor', () => {
  const byPolicy: Record<SecondFactor, Record<string, string>> = {
    off: {
      'who has none': 'finish 1',
      'who has an app': 'finish 1',
      'who has proven it': 'finish 2',
      'who has a passkey besides': 'finish 1',
      'who came by passkey': 'finish phr',
      'who is on a known device': 'finish 1',
    },
    'new-device': {
      'who has none': 'finish 1',
      'who has an app': 'second: totp recovery-codes',
      'who has proven it': 'finish 2',
      'who has a passkey besides': 'finish 1',
      'who came by passkey': 'finish phr',
      'who is on a known device': 'finish 1',
    },
    optional: {
      'who has none': 'finish 1',
      'who has an app': 'second: totp recovery-codes',
      'who has proven it': 'finish 2',
      'who has a passkey besides': 'finish 1',
      'who came by passkey': 'finish phr',
      'who is on a known device': 'second: totp recovery-codes',
    },
    required: {
      'who has none': 'enrol required: totp email-code',
      'who has an app': 'second: totp recovery-codes',
      'who has proven it': 'finish 2',
      'who has a passkey besides': 'second: passkey',
      'who came by passkey': 'finish phr',
      'who is on a known device': 'second: totp recovery-codes',
    },
  }
  const people: Record<string, Difference> = {
    'who has none': { methods: plain },
    'who has an app': { methods: withTotp },
    'who has proven it': { methods: withTotp, proofs: [proofBy(pwd), proofBy(totp)] },
    'who has a passkey besides': { methods: [pwd, passkey] },
    'who came by passkey': { methods: [pwd, totp, passkey], proofs: [proofBy(passkey)] },
    'who is on a known device': { methods: withTotp, device: { known: true } },
  }
  for (const [secondFactor, expected] of Object.entries(byPolicy))
    describe(`where policy says ${secondFactor}`, () => {
      table(
        { policy: { secondFactor: secondFactor as SecondFactor } },
        Object.entries(expected).map(([who, step]): Row => [who, people[who]!, step]),
      )
    })

  describe('that an account has', () => {
    table({ policy: { secondFactor: 'optional' }, methods: withTotp }, [
      ['is asked for by a code on paper as well', { proofs: [proofBy(pwd), proofBy(recovery)] }, 'finish 2'],
      ['is not asked for before the first', { proofs: [] }, 'first: password email-code'],
      [
        'is not what anybody is offered first',
        { proofs: [], methods: withTotp.map(toAnybody) },
        'first: password email-code',
      ],
      ['is no first proof by itself', { proofs: [proofBy(totp)], request: { prompts: ['login'] } }, 'second: password'],
      [
        'is asked for after a mailed code too, and the password after it',
        { proofs: [proofBy(mailed), proofBy(totp)] },
        'second: password',
      ],
      [
        'is asked for although the mailbox and the password are two factors',
        { proofs: [proofBy(mailed), proofBy(pwd)] },
        'second: totp recovery-codes',
      ],
      [
        'is enough after a mailed code for who has no password',
        { methods: [lacking(pwd), totp, lacking(mailed)], proofs: [proofBy(mailed), proofBy(totp)] },
        'finish 1',
      ],
      ['is mailed where that was turned on', { methods: [pwd, lacking(totp), mailed] }, 'second: email-code'],
      [
        'is not the mailed code that was the first proof: the password is asked for',
        { methods: [pwd, lacking(totp), mailed], proofs: [proofBy(mailed)] },
        'second: password',
      ],
      ['is a security key', { methods: [pwd, securityKey] }, 'second: security-key'],
      [
        'with a security key reaches phr',
        { methods: [pwd, securityKey], proofs: [proofBy(pwd), proofBy(securityKey)] },
        'finish phr',
      ],
      [
        'is any of several',
        { methods: [pwd, totp, mailed, securityKey, recovery] },
        'second: totp email-code security-key recovery-codes',
      ],
      ['may be a passkey too', { methods: [pwd, totp, passkey] }, 'second: totp passkey'],
      ['is not only a code on paper', { methods: [pwd, lacking(totp), recovery] }, 'finish 1'],
      [
        'was proven before the account was reset: asked again',
        {
          account: { ...ann, validFrom: (NOW - 2 * MINUTE) / 1000 },
          proofs: [proofBy(totp, NOW - 3 * MINUTE), proofBy(pwd)],
        },
        'second: totp recovery-codes',
      ],
      [
        'was proven in a session, and the app asks for a sign-in: asked again',
        { request: { prompts: ['login'] }, proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(pwd)] },
        'second: totp recovery-codes',
      ],
      [
        'was proven in a session, and the app asks for a sign-in by two: asked again',
        {
          request: { prompts: ['login'], acrValues: [SECOND] },
          proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(pwd)],
        },
        'second: totp recovery-codes',
      ],
      [
        'was proven before the age that the app asks for: asked again',
        { request: { maxAge: 60 }, proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(pwd)] },
        'second: totp recovery-codes',
      ],
      [
        'was proven in a session on a device that is remembered, and the app asks for a sign-in: one factor',
        {
          request: { prompts: ['login'] },
          proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(pwd)],
          device: { known: true, secondFactorAt: old },
        },
        'finish 1',
      ],
      [
        'was set up since the session began: it goes on',
        sessionOnly({
          proofs: [proofBy(pwd, old)],
          methods: [pwd, { ...totp, since: old + 1 }, lacking(mailed), recovery],
          policy: { secondFactor: 'optional' },
        }),
        'finish 1',
      ],
      [
        'was passed by at an app that asks for less: asked here',
        sessionOnly({
          proofs: [proofBy(pwd, old)],
          methods: [pwd, { ...totp, since: old }, lacking(mailed), recovery],
          policy: { secondFactor: 'optional' },
        }),
        'second: totp recovery-codes',
      ],
      [
        'was passed by, and one of two was set up since: asked',
        sessionOnly({
          proofs: [proofBy(pwd, old)],
          methods: [pwd, { ...totp, since: old - 1 }, { ...mailed, since: old + 1 }],
          policy: { secondFactor: 'optional' },
        }),
        'second: totp email-code',
      ],
      [
        'was passed by on a device that is new: asked',
        sessionOnly({
          proofs: [proofBy(pwd, old)],
          methods: withTotp,
          policy: { secondFactor: 'new-device' },
        }),
        'second: totp recovery-codes',
      ],
      [
        'was not asked for on a known device: not asked',
        sessionOnly({
          proofs: [proofBy(pwd, old)],
          methods: withTotp,
          policy: { secondFactor: 'new-device' },
          device: { known: true },
        }),
        'finish 1',
      ],
      [
        'was passed by where policy asks for none: not asked',
        sessionOnly({ proofs: [proofBy(pwd, old)], methods: withTotp, policy: { secondFactor: 'off' } }),
        'finish 1',
      ],
      [
        'was set up since the session began, and the app asks for a sign-in: asked',
        { request: { prompts: ['login'] }, proofs: [proofBy(pwd, old), proofBy(pwd)] },
        'second: totp recovery-codes',
      ],
      [
        'is asked before it is told that the account is disabled',
        { account: { ...ann, status: 'disabled' } },
        'second: totp recovery-codes',
      ],
      [
        'is asked before the address is verified',
        { account: { ...ann, emailVerified: false } },
        'second: totp recovery-codes',
      ],
      ['is asked before consent', { request: { prompts: ['consent'] } }, 'second: totp recovery-codes'],
    ])
  })

  describe('on a device that is remembered for it', () => {
    const remembered = (ago: number, more: Difference = {}): Difference => ({
      ...more,
      device: { known: true, secondFactorAt: NOW - ago },
    })
    table({ policy: { secondFactor: 'optional' }, methods: withTotp }, [
      ['is not asked for', remembered(DAY), 'finish 1'],
      ['is not asked for up to the last second', remembered(30 * DAY - 1000), 'finish 1'],
      ['is asked for after 30 days', remembered(30 * DAY), 'second: totp recovery-codes'],
      [
        'is asked for where policy has it remembered for less',
        remembered(DAY, { policy: { rememberSecondFactor: 3600 } }),
        'second: totp recovery-codes',
      ],
      [
        'is asked for where policy has nothing remembered',
        remembered(1, { policy: { rememberSecondFactor: 0 } }),
        'second: totp recovery-codes',
      ],
      [
        'is asked for after the account was reset',
        remembered(DAY, { account: { ...ann, validFrom: (NOW - MINUTE) / 1000 } }),
        'second: totp recovery-codes',
      ],
      [
        'is not asked for where policy requires it',
        remembered(DAY, { policy: { secondFactor: 'required' } }),
        'finish 1',
      ],
      [
        'is asked for where policy wants the level',
        remembered(DAY, { policy: { requiredAcr: SECOND } }),
        'second: totp recovery-codes',
      ],
      [
        'is asked for when the app insists on the level',
        remembered(DAY, { request: { acrValues: [SECOND], acrEssential: true } }),
        'second: totp recovery-codes',
      ],
      [
        'is asked for when the app wishes for the level',
        remembered(DAY, { request: { acrValues: [SECOND] } }),
        'second: totp recovery-codes',
      ],
      ['does not spare the first proof', remembered(DAY, { proofs: [] }), 'first: password email-code'],
      [
        'is not asked for by the session that began there',
        sessionOnly({
          ...remembered(DAY),
          policy: { secondFactor: 'required' },
          methods: withTotp,
          proofs: [proofBy(pwd, old)],
        }),
        'finish 1',
      ],
      [
        'is asked for by that session once it is no longer remembered',
        sessionOnly({
          ...remembered(31 * DAY),
          policy: { secondFactor: 'required' },
          methods: withTotp,
          proofs: [proofBy(pwd, old)],
        }),
        'second: totp recovery-codes',
      ],
    ])
  })
})

describe('a second factor that has to be set up', () => {
  const week = 7 * 86_400
  const asked = (ago: number): Difference => ({ account: { ...ann, secondFactorAskedAt: NOW - ago } })
  table({ policy: { secondFactor: 'required' }, methods: plain }, [
    ['is chosen among what can be set up', {}, 'enrol required: totp email-code'],
    ['is only what policy allows', { policy: { allowedMethods: ['password', 'totp'] } }, 'enrol required: totp'],
    ['is let go when nothing can be set up', { methods: [pwd] }, 'finish 1'],
    ['cannot be skipped', { skipped: ['required'] }, 'enrol required: totp email-code'],
    [
      'may be skipped in the grace period',
      { policy: { secondFactorGrace: week } },
      'enrol required or skip: totp email-code',
    ],
    ['was skipped in the grace period', { policy: { secondFactorGrace: week }, skipped: ['required'] }, 'finish 1'],
    [
      'is offered at each sign-in of the grace period',
      { policy: { secondFactorGrace: week }, ...asked(DAY) },
      'enrol required or skip: totp email-code',
    ],
    [
      'was skipped before, and the session goes on',
      sessionOnly({
        policy: { secondFactor: 'required', secondFactorGrace: week },
        methods: plain,
        proofs: [proofBy(pwd, old)],
        ...asked(DAY),
      }),
      'finish 1',
    ],
    [
      'stops that session when the grace period ends',
      sessionOnly({
        policy: { secondFactor: 'required', secondFactorGrace: week },
        methods: plain,
        proofs: [proofBy(pwd, old)],
        ...asked(8 * DAY),
      }),
      'enrol required: totp email-code',
    ],
    [
      'stops a session that was never asked',
      sessionOnly({
        policy: { secondFactor: 'required', secondFactorGrace: week },
        methods: plain,
        proofs: [proofBy(pwd, old)],
      }),
      'enrol required or skip: totp email-code',
    ],
    [
      'cannot be skipped after the grace period',
      { policy: { secondFactorGrace: week }, ...asked(7 * DAY), skipped: ['required'] },
      'enrol required: totp email-code',
    ],
    [
      'does not stop a session of two factors',
      sessionOnly({
        policy: { secondFactor: 'required' },
        proofs: [proofBy(pwd, old), proofBy(totp, old)],
        methods: [],
      }),
      'finish 2',
    ],
    [
      'is asked for where something is set up but not proven',
      { methods: [pwd, lacking(totp), mailed] },
      'second: email-code',
    ],
    ['is the password for who came by a mailed code', { proofs: [proofBy(mailed)] }, 'second: password'],
    ['is not asked of a disabled account', { account: { ...ann, status: 'disabled' } }, 'disabled'],
    ['is not asked before the address is proven', { account: { ...ann, emailVerified: false } }, 'verify-email'],
    ['is not asked of another account than was expected', { request: { expectedAccountId: 'bob' } }, 'identify'],
    ['is asked before consent', { request: { prompts: ['consent'] } }, 'enrol required: totp email-code'],
    [
      'comes before a level that nothing else could reach',
      { policy: { requiredAcr: SECOND } },
      'enrol required: totp email-code',
    ],
    [
      'was skipped, and the level is missed',
      { policy: { requiredAcr: SECOND, secondFactorGrace: week }, skipped: ['required'] },
      'refuse',
    ],
    [
      'was set up, and proven by that',
      { methods: withTotp, added: ['totp'], proofs: [proofBy(pwd), proofBy(totp)] },
      'finish 2',
    ],
  ])
})

describe('something to fall back on', () => {
  const app = { methods: [pwd, totp, lacking(mailed), lacking(recovery)], proofs: [proofBy(pwd), proofBy(totp)] }
  const alone = { methods: [lacking(pwd), passkey, lacking(recovery)], added: ['passkey'], proofs: [proofBy(passkey)] }
  table({ policy: { secondFactor: 'required' } }, [
    ['is offered once an app was set up', { ...app, added: ['totp'] }, 'enrol backup or skip: recovery-codes'],
    ['is not offered twice', { ...app, added: ['totp'], skipped: ['backup'] }, 'finish 2'],
    ['is not offered at the next sign-in', app, 'finish 2'],
    ['is not offered to who has it', { ...app, methods: withTotp, added: ['totp'] }, 'finish 2'],
    [
      'is not offered where policy does not allow it',
      { ...app, added: ['totp'], policy: { allowedMethods: ['password', 'totp'] } },
      'finish 2',
    ],
    [
      'is not offered for what asks for no second factor',
      { methods: [pwd, passkey, lacking(recovery)], added: ['passkey'], proofs: [proofBy(passkey)] },
      'finish phr',
    ],
    ['is offered for a passkey that is all there is', alone, 'enrol backup or skip: recovery-codes'],
    [
      'is offered for it where the mailbox too could begin',
      { ...alone, methods: [...alone.methods, lacking(mailed)] },
      'enrol backup or skip: recovery-codes',
    ],
    ['is not offered for it twice', { ...alone, skipped: ['backup'] }, 'finish phr'],
    ['is not offered for it at the next sign-in', { ...alone, added: [] }, 'finish phr'],
    [
      'is not offered for a password that is all there is',
      {
        methods: [pwd, lacking(passkey), lacking(recovery)],
        added: ['password'],
        policy: { secondFactor: 'off' },
        device: { able: [] },
      },
      'finish 1',
    ],
  ])
})

describe('something to fall back on of which little is left', () => {
  const few = { ...recovery, few: true }
  table({ policy: { secondFactor: 'optional' }, methods: [pwd, totp, few] }, [
    [
      'is offered anew to who has just used it',
      { proofs: [proofBy(pwd), proofBy(few)] },
      'enrol few or skip: recovery-codes',
    ],
    ['is not, once it was put off', { proofs: [proofBy(pwd), proofBy(few)], skipped: ['few'] }, 'finish 2'],
    ['is not, once it was made', { proofs: [proofBy(pwd), proofBy(few)], added: ['recovery-codes'] }, 'finish 2'],
    ['is not where something else was used', { proofs: [proofBy(pwd), proofBy(totp)] }, 'finish 2'],
    ['is not where much is left', { methods: withTotp, proofs: [proofBy(pwd), proofBy(recovery)] }, 'finish 2'],
    [
      'is not to a session that used it',
      sessionOnly({ methods: [pwd, totp, few], proofs: [proofBy(pwd, old), proofBy(few, old)] }),
      'finish 2',
    ],
    [
      'is not where policy does not allow it',
      { proofs: [proofBy(pwd), proofBy(totp)], policy: { allowedMethods: ['password', 'totp'] } },
      'finish 2',
    ],
  ])
})

describe('an upgrade', () => {
  const able = [pwd, lacking(passkey)]
  table({ methods: able, policy: { secondFactor: 'optional' } }, [
    ['is offered after a sign-in', {}, 'enrol upgrade or skip: passkey'],
    ['is not offered after it was skipped', { skipped: ['passkey'] }, 'finish 1'],
    ['is not offered on a device where it was declined', { device: { declined: ['passkey'] } }, 'finish 1'],
    [
      'is offered where something else was declined',
      { device: { declined: ['other'] } },
      'enrol upgrade or skip: passkey',
    ],
    ['is not offered to who has it', { methods: [pwd, passkey] }, 'finish 1'],
    ['is not offered by a session', sessionOnly({ methods: able, proofs: [proofBy(pwd, old)] }), 'finish 1'],
    ['is not offered where policy does not allow it', { policy: { allowedMethods: ['password'] } }, 'finish 1'],
    ['is not offered before all is proven', { methods: [...able, totp] }, 'second: totp'],
    [
      'is offered once all is proven',
      { methods: [...able, totp], proofs: [proofBy(pwd), proofBy(totp)] },
      'enrol upgrade or skip: passkey',
    ],
    // A passkey that a password alone could make would stand for the second factor from then on.
    [
      'is not offered where a remembered device spared the second factor',
      { methods: [...able, totp], device: { known: true, secondFactorAt: NOW - DAY } },
      'finish 1',
    ],
    [
      'is not offered where policy spared it on a known device',
      { methods: [...able, totp], device: { known: true }, policy: { secondFactor: 'new-device' } },
      'finish 1',
    ],
    [
      'is not offered where policy spared it everywhere',
      { methods: [...able, totp], policy: { secondFactor: 'off' } },
      'finish 1',
    ],
    [
      'is not offered for a second factor that the session proved long ago',
      {
        methods: [...able, totp, lacking(mailed)],
        proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(mailed)],
      },
      'finish 2',
    ],
    ['is offered before consent', { request: { prompts: ['consent'] } }, 'enrol upgrade or skip: passkey'],
    ['is not offered to a disabled account', { account: { ...ann, status: 'disabled' } }, 'disabled'],
  ])
})

describe('the methods that count', () => {
  const only = (...allowedMethods: string[]): Difference => ({ policy: { allowedMethods } })
  const all = [pwd, totp, mailed, passkey, recovery]
  table({ methods: all, policy: { secondFactor: 'optional' } }, [
    ['are offered first', { proofs: [], ...only('password', 'totp') }, 'first: password'],
    ['are the only ones that are offered', { proofs: [], ...only('passkey') }, 'first: passkey'],
    ['may be none that a sign-in can begin with', { proofs: [], ...only('totp') }, 'first: '],
    ['are offered second', only('password', 'totp'), 'second: totp'],
    ['may leave nothing to be asked second', only('password'), 'finish 1'],
    [
      'make a proof by another count for nothing',
      { proofs: [proofBy(mailed)], ...only('password', 'totp') },
      'first: password',
    ],
    [
      'make a session by another count for nothing',
      sessionOnly({ methods: all, proofs: [proofBy(mailed, old)], ...only('password', 'totp') }),
      'first: password',
    ],
    [
      'make a second proof by another count for nothing',
      { proofs: [proofBy(pwd), proofBy(recovery)], ...only('password', 'totp') },
      'second: totp',
    ],
    ['raise the level', { ...only('password', 'passkey'), request: { acrValues: ['phr'] } }, 'second: passkey'],
    [
      'make a level out of reach',
      { policy: { allowedMethods: ['password', 'totp'], requiredAcr: 'phr' }, proofs: [proofBy(pwd), proofBy(totp)] },
      'refuse',
    ],
  ])
  it('are those that find out by themselves who it is, on the first page', () => {
    const step = (more: Difference) =>
      nextStep(without(situation({ identified: false, proofs: [], methods: all.map(toAnybody), ...more }), 'account'))
    expect(step({})).to.deep.equal({ kind: 'identify', methods: ['passkey'] })
    expect(step(only('password'))).to.deep.equal({ kind: 'identify', methods: [] })
  })
})

describe('a proof', () => {
  const lasts = (proofsLast: number): Difference => ({ policy: { proofsLast } })
  table({ methods: [pwd], policy: { secondFactor: 'optional' } }, [
    [
      'counts for as long as what is signed in to lets its own session rest',
      sessionOnly({ ...lasts(3600), proofs: [proofBy(pwd, old)] }),
      'finish 1',
    ],
    ['is too old a second later', sessionOnly({ ...lasts(3599), proofs: [proofBy(pwd, old)] }), 'first: password'],
    ['of the attempt stays, however long its pages take', lasts(30), 'finish 1'],
    [
      'that is too old makes no level of two',
      {
        ...lasts(1800),
        methods: [pwd, totp],
        proofs: [proofBy(totp, old), proofBy(pwd)],
        request: { acrValues: [SECOND] },
      },
      'second: totp',
    ],
    [
      'of the second factor that is too old is asked for again',
      { ...lasts(1800), methods: [pwd, totp], proofs: [proofBy(totp, old), proofBy(pwd)] },
      'second: totp',
    ],
  ])
})

describe('a level', () => {
  const must = (...acrValues: string[]): Partial<Situation['request']> => ({ acrValues, acrEssential: true })
  table({ methods: [pwd, totp, lacking(mailed), passkey, recovery] }, [
    [
      'of two factors is reached by an app, a passkey or a code on paper',
      { request: must(SECOND) },
      'second: totp passkey recovery-codes',
    ],
    [
      'of two factors after a mailed code begins with the second factor that there is',
      { request: must(SECOND), proofs: [proofBy(mailed)] },
      'second: totp passkey recovery-codes',
    ],
    [
      'of two factors after a mailed code and an app is reached by what is another factor',
      { request: must(SECOND), proofs: [proofBy(mailed), proofBy(totp)] },
      'second: password passkey',
    ],
    [
      'of two factors is not the mailbox and the password of who has an app',
      { request: must(SECOND), proofs: [proofBy(mailed), proofBy(pwd)] },
      'second: totp passkey recovery-codes',
    ],
    [
      'of two factors is not that of a session either',
      sessionOnly({
        request: { acrValues: [SECOND] },
        methods: [pwd, totp, lacking(mailed)],
        proofs: [proofBy(mailed, old), proofBy(pwd, old)],
      }),
      'second: totp',
    ],
    [
      'of two factors is what the mailbox and the password are for who has no app',
      { methods: [pwd, lacking(totp), lacking(mailed)], proofs: [proofBy(mailed), proofBy(pwd)] },
      'finish 2',
    ],
    [
      'that nobody asks for is one, where the app was passed by',
      { proofs: [proofBy(mailed), proofBy(pwd)] },
      'finish 1',
    ],
    [
      'that policy requires by a second factor is not reached past the app',
      sessionOnly({
        policy: { secondFactor: 'required' },
        methods: [pwd, totp, lacking(mailed)],
        proofs: [proofBy(mailed, old), proofBy(pwd, old)],
      }),
      'second: totp',
    ],
    [
      'of two factors after a mailed code is out of reach for who has an app alone',
      { methods: [lacking(pwd), totp, lacking(mailed)], request: must(SECOND), proofs: [proofBy(mailed)] },
      'refuse',
    ],
    ['of phr is reached by a passkey', { request: must('phr') }, 'second: passkey'],
    ['of phr is reached by a passkey first', { request: must('phr'), proofs: [proofBy(passkey)] }, 'finish phr'],
    [
      'of phr is not reached by a key without a PIN alone',
      { methods: [pwd, securityKey], request: must('phr'), proofs: [proofBy(securityKey)] },
      'second: password',
    ],
    ['of phr or two factors takes either', { request: must('phr', SECOND) }, 'second: totp passkey recovery-codes'],
    ['of one factor is met', { request: must('urn:latchkey:acr:1') }, 'finish 1'],
    ['that is unknown is refused', { request: must('urn:someone:else') }, 'refuse'],
    [
      'that is unknown, beside one that is met, is met',
      { request: must('urn:someone:else', 'urn:latchkey:acr:1') },
      'finish 1',
    ],
    ['is refused for who has nothing that reaches it', { methods: plain, request: must(SECOND) }, 'refuse'],
    [
      'is not reached by a mailed code that is not turned on',
      { methods: [pwd, lacking(mailed)], request: must(SECOND) },
      'refuse',
    ],
    [
      'is reached by a mailed code that is turned on',
      { methods: [pwd, mailed], request: must(SECOND) },
      'second: email-code',
    ],
    ['that is wished for is asked for', { request: { acrValues: ['phr'] } }, 'second: passkey'],
    ['that is wished for in vain is let go', { methods: plain, request: { acrValues: ['phr'] } }, 'finish 1'],
    [
      'of the session and of now add up',
      { request: must(SECOND), proofs: [proofBy(pwd, old), proofBy(totp)] },
      'finish 2',
    ],
    [
      'with prompt=login wants one fresh proof',
      { request: { ...must(SECOND), prompts: ['login'] }, proofs: [proofBy(pwd, old), proofBy(totp, old)] },
      'first: password email-code passkey',
    ],
    [
      'with max_age wants one fresh proof',
      { request: { ...must(SECOND), maxAge: 60 }, proofs: [proofBy(pwd, old), proofBy(totp, old)] },
      'first: password email-code passkey',
    ],
    // The other one may be that of whoever began the session, and its cookie in other hands now.
    [
      'with max_age wants both factors that fresh',
      { request: { ...must(SECOND), maxAge: 600 }, proofs: [proofBy(pwd, old), proofBy(totp)] },
      'second: password passkey',
    ],
    [
      'with max_age is not a mailed code beside an app’s code of long ago',
      { request: { ...must(SECOND), maxAge: 600 }, proofs: [proofBy(pwd, old), proofBy(totp, old), proofBy(mailed)] },
      'second: totp passkey recovery-codes',
    ],
    [
      'with max_age takes both of one sign-in, however long its pages took',
      { request: { ...must(SECOND), maxAge: 0 }, proofs: [proofBy(pwd, NOW - 4 * MINUTE), proofBy(totp)] },
      'finish 2',
    ],
    [
      'that is not asked for beside max_age is that of what is that fresh',
      { request: { maxAge: 600 }, proofs: [proofBy(pwd, old), proofBy(totp)] },
      'finish 1',
    ],
    [
      'of policy is asked of a session',
      sessionOnly({ policy: { requiredAcr: SECOND }, methods: [pwd, totp], proofs: [proofBy(pwd, old)] }),
      'second: totp',
    ],
    ['of policy above the app’s', { policy: { requiredAcr: 'phr' }, request: must(SECOND) }, 'second: passkey'],
    ['of the app above policy’s', { policy: { requiredAcr: SECOND }, request: must('phr') }, 'second: passkey'],
  ])
  it('of one factor is not said to be of several', () => {
    const passedBy = nextStep(situation({ methods: withTotp, proofs: [proofBy(pwd), proofBy(mailed)] }))
    expect(passedBy).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd', 'otp'] })
    const proven = nextStep(situation({ methods: withTotp, proofs: [proofBy(pwd), proofBy(totp)] }))
    expect(proven).to.deep.include({ acr: SECOND, amr: ['pwd', 'otp', 'mfa'] })
  })
})
