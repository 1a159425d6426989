import { expect } from 'chai'
import type { Account } from '../../../src/core/accounts/account.ts'
import { nextStep, type Step } from '../../../src/core/signin/next-step.ts'
import type { Situation } from '../../../src/core/signin/situation.ts'
import {
  ann,
  lacking as lackingMethod,
  MINUTE,
  NOW,
  passkey,
  proofBy,
  pwd,
  situation,
  toAnybody,
  totp,
  without,
  type Difference,
} from './situations.ts'

const stranger = (more: Difference = {}): Situation =>
  without(situation({ identified: false, proofs: [], ...more }), 'account')
const sessionOnly = (more: Difference = {}): Situation => without(situation(more), 'startedAt')
const scopes = (...names: string[]) => ({ scopes: names, claims: [], resources: {} })

type Row = [when: string, Situation, expected: Step | Step['kind']]

function table(rows: Row[]): void {
  for (const [when, one, expected] of rows)
    it(when, () => {
      const step = nextStep(one)
      if (typeof expected === 'string') expect(step.kind).to.equal(expected)
      else expect(step).to.deep.equal(expected)
    })
}

describe('the next step', () => {
  describe('of somebody who has said nothing yet', () => {
    table([
      ['asks who they are', stranger(), { kind: 'identify', methods: [] }],
      [
        'refuses at once where policy lets nobody sign in from',
        stranger({ fromAllowedNetwork: false }),
        {
          kind: 'refuse',
          error: 'access_denied',
          description: 'policy lets nobody sign in from this address',
        },
      ],
      ['offers registration when the app asks for it', stranger({ request: { prompts: ['create'] } }), 'register'],
      [
        'asks who they are when an account has to be chosen and none is there',
        stranger({ request: { prompts: ['select_account'] } }),
        'identify',
      ],
      [
        'asks who they are whatever level is wanted',
        stranger({ request: { acrValues: ['phr'], acrEssential: true } }),
        'identify',
      ],
      ['asks who they are before it asks for consent', stranger({ request: { prompts: ['consent'] } }), 'identify'],
    ])
  })

  describe('of a name that was typed', () => {
    const nobody = stranger({ identified: true })
    table([
      ['asks somebody for a proof', situation({ proofs: [] }), { kind: 'prove', role: 'first', methods: ['password'] }],
      ['has the browser work first, where that is asked for', { ...nobody, workDue: true }, 'work'],
      [
        'asks for no work before a second proof',
        situation({ workDue: true, policy: { requiredAcr: 'urn:latchkey:acr:2' }, methods: [pwd, totp] }),
        'prove',
      ],
      ['asks for no work of whom it need not ask who they are', { ...stranger(), workDue: true }, 'identify'],
      ['asks nobody for the same proof', nobody, { kind: 'prove', role: 'first', methods: ['password'] }],
      ['does not count proofs for nobody', { ...nobody, proofs: [proofBy(pwd)] }, 'prove'],
      [
        'offers every method that a sign-in can begin with',
        situation({ proofs: [], methods: [pwd, totp, passkey] }),
        { kind: 'prove', role: 'first', methods: ['password', 'passkey'] },
      ],
      [
        'does not tell a disabled account from another before the proof',
        situation({ account: { ...ann, status: 'disabled' }, proofs: [] }),
        'prove',
      ],
      [
        'does not tell an unverified address before the proof',
        situation({ account: { ...ann, emailVerified: false }, proofs: [] }),
        'prove',
      ],
      [
        'does not tell that the app expects another account before the proof',
        situation({ request: { expectedAccountId: 'bob' }, proofs: [] }),
        'prove',
      ],
      [
        'goes on from registration once a name was typed instead',
        situation({ request: { prompts: ['create'] }, proofs: [] }),
        'prove',
      ],
    ])
  })

  describe('of a proven person', () => {
    const finish: Step = { kind: 'finish', acr: 'urn:latchkey:acr:1', amr: ['pwd'], at: (NOW - MINUTE) / 1000 }
    table([
      ['is the end, with the level, the methods and the time of the proof', situation(), finish],
      ['is the end for a live session too', sessionOnly(), finish],
      [
        'says that the account is disabled',
        situation({ account: { ...ann, status: 'disabled', validFrom: NOW } }),
        { kind: 'disabled' },
      ],
      [
        'verifies an address that never was',
        situation({ account: { ...ann, emailVerified: false } }),
        { kind: 'verify-email' },
      ],
      [
        'asks for another account when the app expects one',
        situation({ request: { expectedAccountId: 'bob' } }),
        { kind: 'identify', methods: [], reason: 'other_account' },
      ],
      ['is the end for the account that the app expects', situation({ request: { expectedAccountId: 'ann' } }), finish],
      [
        'counts no proof from before the account was reset',
        situation({ account: { ...ann, validFrom: NOW / 1000 } }),
        'prove',
      ],
      [
        'counts a proof of the very second of the reset',
        situation({ account: { ...ann, validFrom: (NOW - MINUTE) / 1000 } }),
        finish,
      ],
      [
        'offers nothing to an account that has no method left',
        situation({ account: { ...ann, validFrom: NOW / 1000 }, methods: [lackingMethod(pwd)] }),
        { kind: 'prove', role: 'first', methods: [] },
      ],
    ])
  })

  describe('of a registration', () => {
    const registering = (more: Difference = {}) => stranger({ registration: 'unproven', ...more })
    table([
      ['waits for the address to be proven', registering(), { kind: 'verify-email' }],
      [
        'waits whatever the app asked for',
        registering({ request: { prompts: ['login', 'create', 'select_account', 'consent'] } }),
        'verify-email',
      ],
      [
        'asks for another username when the wanted one was taken meanwhile',
        registering({ registration: 'username_taken' }),
        { kind: 'choose-username' },
      ],
      [
        'asks who was invited, and offers what could vouch for them instead',
        registering({ registration: 'invited', methods: [pwd, passkey].map(toAnybody) }),
        { kind: 'register', methods: ['passkey'] },
      ],
      [
        'offers who was invited nothing that policy does not allow',
        registering({ registration: 'invited', methods: [passkey], policy: { allowedMethods: ['password'] } }),
        { kind: 'register', methods: [] },
      ],
      ['is the end once the address is proven', situation({ request: { prompts: ['create'] } }), 'finish'],
    ])
  })

  describe('of an account that lacks what it has to have', () => {
    const lacking = ['username', 'field.card']
    const asked: Step = { kind: 'complete', lacking }
    table([
      ['asks for it', situation({ lacking }), asked],
      ['asks for it in a live session too', sessionOnly({ lacking }), asked],
      ['asks for it before the consent', situation({ lacking, request: { prompts: ['consent'] } }), asked],
      ['asks for nothing where nothing is lacking', situation({ lacking: [] }), 'finish'],
      ['tells it to nobody without a proof', situation({ lacking, proofs: [] }), 'prove'],
      [
        'does not ask one that is disabled',
        situation({ lacking, account: { ...ann, status: 'disabled', validFrom: NOW } }),
        'disabled',
      ],
      [
        'has the address proven first',
        situation({ lacking, account: { ...ann, emailVerified: false } }),
        'verify-email',
      ],
      ['has the terms accepted first', situation({ lacking, termsVersion: '2' }), 'accept-terms'],
      [
        'asks for it before another password',
        situation({ lacking, account: { ...ann, passwordChange: { reason: 'admin', at: NOW } } }),
        asked,
      ],
      [
        'asks for it before a second factor is set up',
        situation({ lacking, policy: { secondFactor: 'required' }, methods: [pwd, lackingMethod(totp)] }),
        asked,
      ],
    ])
  })

  describe('with prompt=login', () => {
    const request = { prompts: ['login'] }
    table([
      ['does not take a session, however fresh', sessionOnly({ request, proofs: [proofBy(pwd, NOW)] }), 'prove'],
      [
        'does not take a proof from before the attempt',
        situation({ request, proofs: [proofBy(pwd, NOW - 6 * MINUTE)] }),
        'prove',
      ],
      ['takes a proof from the attempt', situation({ request }), 'finish'],
      [
        'takes a proof from the very moment at which the attempt began',
        situation({ request, startedAt: NOW - MINUTE }),
        'finish',
      ],
      ['asks a stranger who they are', stranger({ request }), 'identify'],
    ])
  })

  describe('with prompt=select_account', () => {
    const request = { prompts: ['select_account'] }
    table([
      ['shows the account of the session', sessionOnly({ request }), { kind: 'select' }],
      ['goes on once it was chosen', situation({ request, selected: true }), 'finish'],
      ['asks who they are once another was wanted', stranger({ request, selected: true }), 'identify'],
    ])
  })

  describe('with prompt=create', () => {
    const request = { prompts: ['create'] }
    table([
      ['offers registration in spite of a session', sessionOnly({ request }), { kind: 'register' }],
      ['takes somebody who signed in instead', situation({ request }), 'finish'],
    ])
  })

  describe('with max_age', () => {
    const at = (age: number) => [proofBy(pwd, NOW - age * 1000)]
    table([
      ['takes a session that is young enough', sessionOnly({ request: { maxAge: 100 }, proofs: at(100) }), 'finish'],
      ['asks anew when it is a second older', sessionOnly({ request: { maxAge: 99 }, proofs: at(100) }), 'prove'],
      [
        'takes the newest of several proofs',
        sessionOnly({ request: { maxAge: 99 }, proofs: [...at(1000), ...at(10)] }),
        'finish',
      ],
      ['takes no session for 0', sessionOnly({ request: { maxAge: 0 }, proofs: at(1) }), 'prove'],
      [
        'takes what was proven in the attempt for 0, or it would never end',
        situation({ request: { maxAge: 0 }, proofs: at(60) }),
        'finish',
      ],
      [
        'takes what was proven in the attempt while the person read on',
        situation({ request: { maxAge: 30 }, proofs: at(60) }),
        'finish',
      ],
      [
        'does not take a proof from before the attempt',
        situation({ request: { maxAge: 0 }, proofs: at(600) }),
        'prove',
      ],
    ])
  })

  describe('with a wished acr', () => {
    const wish = (acrValues: string[], more: Difference = {}) => situation({ request: { acrValues }, ...more })
    const both = { methods: [pwd, totp] }
    table([
      ['is the end when it is met', wish(['urn:latchkey:acr:1']), 'finish'],
      [
        'is the end when one of several is met',
        wish(['phr', 'urn:latchkey:acr:1'], { methods: [pwd, passkey] }),
        'finish',
      ],
      [
        'asks for what raises the session',
        wish(['urn:latchkey:acr:2'], both),
        { kind: 'prove', role: 'second', methods: ['totp'] },
      ],
      [
        'asks only for what reaches the wish',
        wish(['phr'], { methods: [pwd, totp, passkey] }),
        { kind: 'prove', role: 'second', methods: ['passkey'] },
      ],
      [
        'does not ask for what is not enrolled',
        wish(['urn:latchkey:acr:2'], { methods: [pwd, lackingMethod(totp)] }),
        'finish',
      ],
      ['is let go when nothing can reach it', wish(['phr']), 'finish'],
      ['is let go when it is unknown', wish(['urn:someone:else']), 'finish'],
    ])
    it('issues the first wish that is met, else what was reached', () => {
      const acr = (...values: string[]) =>
        (nextStep(wish(values, { proofs: [proofBy(pwd), proofBy(totp)] })) as { acr: string }).acr
      expect(acr('phr', 'urn:latchkey:acr:1')).to.equal('urn:latchkey:acr:1')
      expect(acr('urn:latchkey:acr:2', 'urn:latchkey:acr:1')).to.equal('urn:latchkey:acr:2')
      expect(acr('phr')).to.equal('urn:latchkey:acr:2')
      expect(acr('__proto__', 'urn:someone:else')).to.equal('urn:latchkey:acr:2')
    })
    it('says mfa when two different factors were used', () => {
      const step = nextStep(situation({ proofs: [proofBy(pwd), proofBy(totp, NOW)] }))
      expect(step).to.deep.equal({
        kind: 'finish',
        acr: 'urn:latchkey:acr:2',
        amr: ['pwd', 'otp', 'mfa'],
        at: NOW / 1000,
      })
    })
  })

  describe('with an essential acr', () => {
    const must = (acrValues: string[], more: Difference = {}) =>
      situation({ request: { acrValues, acrEssential: true }, ...more })
    table([
      [
        'is the end when the session is above it',
        must(['urn:latchkey:acr:1'], { proofs: [proofBy(passkey)] }),
        'finish',
      ],
      [
        'asks for what raises the session',
        must(['urn:latchkey:acr:2'], { methods: [pwd, totp] }),
        { kind: 'prove', role: 'second', methods: ['totp'] },
      ],
      ['takes any factor from a passkey', must(['urn:latchkey:acr:2'], { proofs: [proofBy(passkey)] }), 'finish'],
      [
        'is refused when it is unknown, instead of a loop',
        must(['urn:someone:else']),
        {
          kind: 'refuse',
          error: 'unmet_authentication_requirements',
          description: 'the acr that is asked for cannot be reached: urn:someone:else urn:latchkey:acr:1',
        },
      ],
      ['is refused when nothing can reach it', must(['phr'], { methods: [pwd, totp] }), 'refuse'],
      [
        'asks for a proof first, so that a refusal tells nothing about the account',
        must(['phr'], { proofs: [] }),
        'prove',
      ],
    ])
  })

  describe('with a level that policy asks for', () => {
    const needs = (requiredAcr: string, more: Difference = {}) => situation({ policy: { requiredAcr }, ...more })
    const both = { methods: [pwd, totp] }
    const second: Step = { kind: 'prove', role: 'second', methods: ['totp'] }
    table([
      ['asks for a second factor', needs('urn:latchkey:acr:2', both), second],
      ['asks of a live session too', sessionOnly({ policy: { requiredAcr: 'urn:latchkey:acr:2' }, ...both }), second],
      [
        'is refused when nothing can reach it, although the app asked for less',
        needs('phr', { request: { acrValues: ['urn:latchkey:acr:1'] }, ...both }),
        'refuse',
      ],
      [
        'takes the higher of what the app and policy ask',
        needs('urn:latchkey:acr:2', { request: { acrValues: ['urn:latchkey:acr:1'] }, ...both }),
        second,
      ],
      [
        'asks for what policy needs when the app’s wish is out of reach',
        needs('urn:latchkey:acr:2', { request: { acrValues: ['phr'] }, ...both }),
        second,
      ],
      [
        'is refused when the app insists on what is out of reach',
        needs('urn:latchkey:acr:2', { request: { acrValues: ['phr'], acrEssential: true }, ...both }),
        'refuse',
      ],
    ])
  })

  describe('of consent', () => {
    const wants = (...names: string[]): Difference => ({ request: { scopes: names } })
    const neverAsked = (more: Difference = {}): Situation => {
      const { consent, ...rest } = situation(more)
      return { ...rest, consent: without(consent, 'given') }
    }
    table([
      [
        'asks for everything the first time',
        neverAsked(wants('openid', 'email')),
        { kind: 'consent', missing: scopes('openid', 'email') },
      ],
      [
        'asks for nothing that was given before',
        situation({ ...wants('openid', 'email'), consent: { given: scopes('openid', 'email', 'phone') } }),
        'finish',
      ],
      [
        'asks only for what is new',
        situation({ ...wants('openid', 'email'), consent: { given: scopes('openid') } }),
        { kind: 'consent', missing: scopes('email') },
      ],
      [
        'asks for claims and resources too',
        neverAsked({ request: { claims: ['birthdate'], resources: { 'https://api.example': ['read'] } } }),
        {
          kind: 'consent',
          missing: { scopes: ['openid'], claims: ['birthdate'], resources: { 'https://api.example': ['read'] } },
        },
      ],
      [
        'does not ask for an app of ours',
        neverAsked({ ...wants('openid', 'email'), consent: { firstParty: true } }),
        'finish',
      ],
      [
        'asks for an app of ours that asks for it',
        situation({ request: { prompts: ['consent'] }, consent: { firstParty: true } }),
        'consent',
      ],
      [
        'asks for all of it again with prompt=consent',
        situation({
          request: { prompts: ['consent'], scopes: ['openid', 'email'] },
          consent: { given: scopes('openid') },
        }),
        { kind: 'consent', missing: scopes('openid', 'email') },
      ],
      [
        'does not ask twice in one attempt',
        neverAsked({ ...wants('openid', 'email'), consent: { decided: true } }),
        'finish',
      ],
      [
        'comes after the address is verified',
        neverAsked({ account: { ...ann, emailVerified: false } }),
        'verify-email',
      ],
    ])
  })

  describe('with a password that has to be changed', () => {
    const account: Account = { ...ann, passwordChange: { reason: 'admin', at: NOW } }
    const change: Step = { kind: 'change-password', reason: 'admin' }
    table([
      ['asks for the old one first', situation({ account, proofs: [] }), 'prove'],
      ['asks for another before all else', situation({ account, request: { prompts: ['consent'] } }), change],
      [
        'asks for it before a second factor is set up',
        situation({ account, policy: { secondFactor: 'required' }, methods: [pwd, lackingMethod(totp)] }),
        change,
      ],
      [
        'asks for the second factor before that',
        situation({ account, policy: { secondFactor: 'optional' }, methods: [pwd, totp] }),
        { kind: 'prove', role: 'second', methods: ['totp'] },
      ],
      ['asks a live session for a proof of now', sessionOnly({ account }), 'prove'],
      ['takes no proof from before the attempt', situation({ account, startedAt: NOW }), 'prove'],
      ['asks whoever has proven themselves otherwise too', situation({ account, proofs: [proofBy(passkey)] }), change],
      [
        'is the end where passwords do not count',
        situation({ account, policy: { allowedMethods: ['passkey'] }, methods: [passkey], proofs: [proofBy(passkey)] }),
        'finish',
      ],
      ['is nothing for a disabled account', situation({ account: { ...account, status: 'disabled' } }), 'disabled'],
    ])
  })
})
