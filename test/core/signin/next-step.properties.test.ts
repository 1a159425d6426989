import { expect } from 'chai'
import * as fc from 'fast-check'
import { nextStep, type Step } from '../../../src/core/signin/next-step.ts'
import type { Situation } from '../../../src/core/signin/situation.ts'
import { standing } from '../../../src/core/accounts/account.ts'
import { joinScope } from '../../../src/core/signin/request.ts'
import { ann, MINUTE, NOW, passkey, plainPolicy, proofBy, pwd, totp } from './situations.ts'

const ACRS = ['urn:latchkey:acr:1', 'urn:latchkey:acr:2', 'phr']
const maybe = <T>(key: string, one: fc.Arbitrary<T>) =>
  fc.option(one, { nil: undefined }).map(value => (value === undefined ? {} : { [key]: value }))
const scope = fc.record({
  scopes: fc.uniqueArray(fc.constantFrom('openid', 'email', 'phone')),
  claims: fc.uniqueArray(fc.constantFrom('birthdate')),
  resources: fc.constantFrom({}, { 'https://api.example': ['read'] }),
})
const moment = fc.integer({ min: NOW - 120 * MINUTE, max: NOW })
const methods = fc.uniqueArray(fc.constantFrom(pwd, totp, passkey), { selector: ({ id }) => id })
const merged = (parts: object[]) => Object.assign({}, ...parts) as object

const account = fc
  .record({ emailVerified: fc.boolean(), disabled: fc.boolean(), validFrom: moment })
  .map(({ emailVerified, disabled, validFrom }) => ({
    ...ann,
    emailVerified,
    status: disabled ? ('disabled' as const) : ('active' as const),
    validFrom: Math.floor(validFrom / 1000),
  }))

const request = fc
  .tuple(
    fc.record({
      prompts: fc.uniqueArray(fc.constantFrom('login', 'consent', 'select_account', 'create')),
      acrValues: fc.uniqueArray(fc.constantFrom(...ACRS, 'urn:someone:else')),
      acrEssential: fc.boolean(),
    }),
    maybe('maxAge', fc.integer({ min: 0, max: 10_000 })),
    maybe('expectedAccountId', fc.constantFrom('ann', 'bob')),
    scope,
  )
  .map(merged)

const situations = fc
  .tuple(
    fc.record({
      request,
      identified: fc.boolean(),
      selected: fc.boolean(),
      policy: fc.constantFrom(...ACRS).map(requiredAcr => ({ ...plainPolicy, requiredAcr })),
      device: fc.constant({ known: false, able: ['passkey'], declined: [] }),
      added: fc.constant([]),
      skipped: fc.constant([]),
      methods,
      proofs: fc.array(
        fc.tuple(fc.constantFrom(pwd, totp, passkey), moment).map(([method, at]) => proofBy(method, at)),
      ),
    }),
    maybe('account', account),
    maybe('startedAt', moment),
    fc
      .tuple(
        maybe('registration', fc.constantFrom('unproven', 'username_taken')),
        maybe('lacking', fc.uniqueArray(fc.constantFrom('username', 'field.card'))),
      )
      .map(merged),
    fc.tuple(fc.record({ firstParty: fc.boolean(), decided: fc.boolean() }), maybe('given', scope)).map(merged),
  )
  .map(
    ([base, one, startedAt, registration, consent]) =>
      merged([{ now: NOW, ...base, consent }, one, startedAt, registration]) as Situation,
  )

const holds = (check: (one: Situation, step: Step) => void) =>
  fc.assert(
    fc.property(situations, one => check(one, nextStep(one))),
    { numRuns: 5000 },
  )

describe('the next step, whatever the situation', () => {
  it('never ends without a proof that counts', () =>
    holds(({ account: who, proofs }, { kind }) => {
      if (kind === 'finish') expect(proofs.some(({ at }) => who && standing(who, Math.floor(at / 1000)))).to.equal(true)
    }))

  it('never ends for a disabled account, an unverified address, or another account than was expected', () =>
    holds(({ account: who, request: { expectedAccountId } }, { kind }) => {
      if (kind !== 'finish' && kind !== 'consent') return
      expect(who).to.include({ status: 'active', emailVerified: true })
      if (expectedAccountId) expect(expectedAccountId).to.equal(who!.id)
    }))

  it('never ends, and asks for no consent, while the account lacks what it has to have', () =>
    holds(({ lacking = [] }, { kind }) => {
      if (kind === 'finish' || kind === 'consent') expect(lacking).to.deep.equal([])
    }))

  it('never ends below what policy, or an app that insists, asks for', () =>
    holds(({ request: { acrValues, acrEssential }, policy: { requiredAcr } }, step) => {
      if (step.kind !== 'finish') return
      const reached =
        { pwd: 1, otp: 1, 'pwd otp': 2 }[
          step.amr
            .filter(one => one !== 'mfa' && one !== 'hwk' && one !== 'user')
            .toSorted()
            .toReversed()
            .join(' ')
        ] ?? 0
      const level = step.amr.includes('hwk') ? 3 : reached
      expect(level).to.be.at.least(ACRS.indexOf(requiredAcr) + 1)
      if (acrEssential && acrValues.length > 0)
        expect(acrValues.some(acr => ACRS.includes(acr) && ACRS.indexOf(acr) < level)).to.equal(true)
    }))

  it('never ends on a session alone with prompt=login', () =>
    holds(({ request: { prompts }, startedAt = Infinity, proofs }, { kind }) => {
      if (kind === 'finish' && prompts.includes('login'))
        expect(proofs.some(({ at }) => at >= startedAt)).to.equal(true)
    }))

  it('tells nothing of the account before a proof: for nobody it is the same', () =>
    holds((one, step) => {
      if (one.proofs.length > 0 || one.registration || !one.account || !one.identified) return
      const { account: _account, ...nobody } = one
      if (step.kind !== 'select') expect(nextStep(nobody)).to.deep.equal(step)
    }))

  it('never loops: who does what each step asks for comes to an end', () =>
    holds(start => {
      let one: Situation = { startedAt: NOW, ...start }
      const walked: string[] = []
      for (let step = nextStep(one); step.kind !== 'finish'; step = nextStep(one)) {
        walked.push(step.kind === 'prove' ? `prove ${step.methods.join(' ')}` : step.kind)
        expect(walked.length, walked.join(' → ')).to.be.below(12)
        if (isDeadEnd(step)) return
        // Each answer takes a second.
        one = { ...answered(one, step), now: one.now + 1000 }
      }
    }))
})

/** Steps with which it ends without a sign-in: no fault of the decision. */
function isDeadEnd(step: Step): boolean {
  return step.kind === 'refuse' || step.kind === 'disabled' || (step.kind === 'prove' && step.methods.length === 0)
}

/** What the pages do when a person does as they are asked. */
function answered(one: Situation, step: Step): Situation {
  const { registration: _registration, ...registered } = one
  const who = one.account ?? ann
  switch (step.kind) {
    case 'select':
      return { ...one, selected: true }
    case 'register':
    case 'choose-username':
      return {
        ...registered,
        account: { ...who, emailVerified: true },
        identified: true,
        proofs: [proofBy(pwd, one.now)],
      }
    case 'identify': {
      const id = one.request.expectedAccountId ?? 'ann'
      return { ...one, account: { ...who, id }, identified: true, selected: true, proofs: [] }
    }
    case 'prove': {
      const method = [pwd, totp, passkey].find(({ id }) => id === step.methods[0])!
      return { ...one, account: who, proofs: [...one.proofs, proofBy(method, one.now)] }
    }
    case 'verify-email':
      return one.registration
        ? { ...registered, account: { ...who, emailVerified: true }, identified: true, proofs: [proofBy(pwd, one.now)] }
        : { ...one, account: { ...who, emailVerified: true } }
    case 'complete':
      return { ...one, lacking: [] }
    case 'consent':
      return { ...one, consent: { ...one.consent, given: joinScope(step.missing, one.consent.given), decided: true } }
    default:
      return one
  }
}
