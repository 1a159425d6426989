// Whoever posts whatever, in any order, ends only with the proofs that policy and the app ask for. What the pages accept is
// played here by their one rule (a form counts only at its own step); what must hold at the end is said anew, and plainly.
import { expect } from 'chai'
import * as fc from 'fast-check'
import { standing, type Account } from '../../../src/core/accounts/account.ts'
import { SECOND_FACTOR, type MethodFacts, type SignInPolicy } from '../../../src/core/signin/method-facts.ts'
import { skipKeyOf } from '../../../src/core/signin/missing-enrolment.ts'
import { nextStep, type Step } from '../../../src/core/signin/next-step.ts'
import { ACR_VALUES, type Proof } from '../../../src/core/signin/proof.ts'
import type { Situation } from '../../../src/core/signin/situation.ts'
import {
  ann,
  securityKey,
  lacking,
  mailed,
  NOW,
  passkey,
  plainRequest,
  proofBy,
  pwd,
  recovery,
  toAnybody,
  totp,
} from './situations.ts'

const ALL = [pwd, totp, mailed, recovery, passkey, securityKey]
const PROTECTING = ['totp', 'email-code', 'security-key']
const DAY = 86_400_000

interface World {
  account: Account
  has: ReadonlySet<string>
  policy: SignInPolicy
  request: Situation['request']
  now: number
  /** What the browser could keep a credential of. */
  able: string[]
  attempt: Pick<Situation, 'proofs' | 'added' | 'skipped' | 'device' | 'identified' | 'startedAt'>
  session: readonly Proof[]
}

type Act =
  | { act: 'identify' }
  | { act: 'prove' | 'enrol'; method: string; at?: undefined }
  | { act: 'skip' | 'reset' | 'begin again' }
  | { act: 'wait'; ms: number }
  | { act: 'policy'; policy: SignInPolicy }
  | { act: 'remembered'; ago: number }

const ids = fc.constantFrom(...ALL.map(({ id }) => id))
const policies: fc.Arbitrary<SignInPolicy> = fc.record(
  {
    requiredAcr: fc.constantFrom(...ACR_VALUES, ACR_VALUES[0], ACR_VALUES[0]),
    allowedMethods: fc.oneof(
      fc.constant('all' as const),
      fc.uniqueArray(ids, { minLength: 1 }).map(all => ['password', ...all]),
    ),
    secondFactor: fc.constantFrom(...SECOND_FACTOR),
    secondFactorGrace: fc.constantFrom(0, 86_400),
    emailVerification: fc.constant('required' as const),
    emailVerificationGrace: fc.constant(0),
    confirmNewDevice: fc.constantFrom('off' as const, 'off' as const, 'device' as const),
    rememberSecondFactor: fc.constantFrom(0, 3600, 30 * 86_400),
    proofsLast: fc.constantFrom(60, 86_400),
  },
  {
    requiredKeys: [
      'emailVerification',
      'emailVerificationGrace',
      'confirmNewDevice',
      'requiredAcr',
      'allowedMethods',
      'secondFactor',
      'secondFactorGrace',
      'rememberSecondFactor',
    ],
  },
)

const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('identify' as const) }),
  { arbitrary: fc.record({ act: fc.constantFrom('prove' as const, 'enrol' as const), method: ids }), weight: 8 },
  {
    arbitrary: fc.record({ act: fc.constantFrom('skip' as const, 'reset' as const, 'begin again' as const) }),
    weight: 2,
  },
  fc.record({ act: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3 * DAY }) }),
  fc.record({ act: fc.constant('policy' as const), policy: policies }),
  fc.record({ act: fc.constant('remembered' as const), ago: fc.integer({ min: 0, max: 40 * DAY }) }),
)

const worlds = fc
  .record({
    has: fc.uniqueArray(ids),
    policy: policies,
    prompts: fc.boolean().map(login => (login ? ['login'] : [])),
    acrValues: fc.uniqueArray(fc.constantFrom(...ACR_VALUES)),
    acrEssential: fc.boolean(),
    maxAge: fc.constantFrom(undefined, 0, 60, 7200),
    able: fc.subarray(['passkey']),
    session: fc.array(fc.tuple(ids, fc.integer({ min: 0, max: 2 * DAY }))),
  })
  .map(({ has, policy, prompts, acrValues, acrEssential, maxAge, able, session }): World => {
    const owned = new Set(['password', ...has])
    const proofs = session.filter(([id]) => owned.has(id)).map(([id, ago]) => proofBy(methodOf(id), NOW - ago))
    return begun({
      account: ann,
      has: owned,
      policy,
      request: { ...plainRequest, prompts, acrValues, acrEssential, ...(maxAge === undefined ? {} : { maxAge }) },
      now: NOW,
      able,
      session: proofs,
      attempt: { proofs: [], added: [], skipped: [], device: { known: false, declined: [] }, identified: false },
    })
  })

function methodOf(id: string): MethodFacts {
  return ALL.find(one => one.id === id)!
}

/** An attempt goes on from the session, if there is one that stands. */
function begun(world: World): World {
  const live = world.session.some(({ at }) => standing(world.account, Math.floor(at / 1000)))
  const proofs = live ? world.session : []
  const device = { known: false, declined: [] }
  return { ...world, attempt: { proofs, added: [], skipped: [], device, identified: live, startedAt: world.now } }
}

function situationOf({ account, has, policy, request, now, able, attempt }: World): Situation {
  const methods = ALL.map(method => (has.has(method.id) ? method : lacking(method)))
  return {
    now,
    request,
    ...(attempt.identified ? { account } : {}),
    selected: true,
    methods: attempt.proofs.length > 0 ? methods : ALL.map(toAnybody),
    policy,
    fromAllowedNetwork: true,
    workDue: false,
    consent: { firstParty: true, decided: false },
    ...attempt,
    device: { ...attempt.device, able },
  }
}

/** What the pages make of a post: nothing, unless it is of the step at hand. */
function answered(world: World, act: Act, step: Step): World {
  const { attempt, now } = world
  const change = (news: Partial<World['attempt']>): World => ({ ...world, attempt: { ...attempt, ...news } })
  switch (act.act) {
    case 'identify':
      return change({ identified: true, proofs: [], added: [], skipped: [] })
    case 'prove':
      // Only what the account has can be proven, and only what is offered is looked at.
      return step.kind === 'prove' && step.methods.includes(act.method) && canProve(world, act.method)
        ? change({ proofs: [...attempt.proofs, proofBy(methodOf(act.method), now)] })
        : world
    case 'enrol':
      if (step.kind !== 'enrol' || !step.methods.includes(act.method)) return world
      return {
        ...change({
          added: [...attempt.added, act.method],
          proofs:
            act.method === 'recovery-codes' ? attempt.proofs : [...attempt.proofs, proofBy(methodOf(act.method), now)],
        }),
        has: new Set([...world.has, act.method]),
      }
    case 'skip': {
      if (step.kind !== 'enrol' || !step.skippable) return world
      const skipped = change({ skipped: [...attempt.skipped, skipKeyOf(step)] })
      if (step.reason !== 'required' || world.account.secondFactorAskedAt !== undefined) return skipped
      return { ...skipped, account: { ...world.account, secondFactorAskedAt: now } }
    }
    case 'reset':
      return { ...world, account: { ...world.account, validFrom: Math.floor(now / 1000) + 1 } }
    case 'begin again':
      return begun(world)
    case 'wait':
      return { ...world, now: now + act.ms }
    case 'policy':
      return { ...world, policy: act.policy }
    case 'remembered':
      return change({ device: { known: true, declined: [], secondFactorAt: now - act.ago } })
  }
}

function canProve({ has }: World, id: string): boolean {
  return has.has(id) || id === 'email-code'
}

/** What must be true of an end, said without the decision's own words. */
function expectEarned({ account, has, policy, request, now, attempt }: World, acr: string): void {
  const { allowedMethods: allowed, secondFactor, proofsLast = Infinity } = policy
  const counted = attempt.proofs.filter(
    ({ at, method }) =>
      (at >= attempt.startedAt! || at >= now - proofsLast * 1000) &&
      Math.floor(at / 1000) >= account.validFrom &&
      (allowed === 'all' || allowed.includes(method)),
  )
  const may = (id: string) => allowed === 'all' || allowed.includes(id)
  const seconds = [...has].filter(id => id !== 'password' && may(id))
  const protecting = seconds.filter(id => PROTECTING.includes(id))
  // Whoever asks for an age, or for a sign-in, asks it of every proof.
  const young = request.maxAge === undefined ? 0 : Math.min(now - request.maxAge * 1000, attempt.startedAt!)
  const since = request.prompts.includes('login') ? attempt.startedAt! : young
  const recent = counted.filter(({ at }) => at >= since)
  const isPassedBy =
    protecting.length > 0 && !recent.some(({ method, factors: { length } }) => length > 1 || seconds.includes(method))
  const shown = new Set(recent.flatMap(proof => proof.factors)).size
  const reached = shown > 1 && recent.some(proof => proof.resistsPhishing) ? 2 : Math.min(shown, 2) - 1
  const level = isPassedBy ? 0 : reached
  const place = (value: string) => (ACR_VALUES as readonly string[]).indexOf(value)

  expect(recent, 'something is proven').to.not.have.length(0)
  expect(level, 'policy’s level').to.be.at.least(place(policy.requiredAcr))
  expect(level, 'the issued level').to.be.at.least(place(acr))
  if (request.acrEssential && request.acrValues.length > 0)
    expect(
      request.acrValues.some(value => place(value) <= level),
      'the app’s level',
    ).to.equal(true)

  if (policy.confirmNewDevice !== 'off')
    expect(
      recent.some(({ method }) => ['email-code', 'passkey'].includes(method)),
      'the mailbox, or a passkey',
    ).to.equal(true)

  const at = attempt.device.secondFactorAt
  const remembered =
    at !== undefined && Math.floor(at / 1000) >= account.validFrom && now - at < policy.rememberSecondFactor * 1000
  const atOnce = recent.some(proof => proof.factors.length > 1)
  if (secondFactor === 'off' || remembered || atOnce) return
  const used = (...methods: string[]) => recent.some(({ method }) => methods.includes(method))
  if (secondFactor === 'required') {
    const inGrace = now < (account.secondFactorAskedAt ?? -Infinity) + policy.secondFactorGrace * 1000
    const canSetUp = ALL.some(({ id }) => !['password', 'recovery-codes'].includes(id) && may(id))
    if (seconds.length === 0 && (inGrace || !canSetUp)) return
    expect(shown > 1 || used(...seconds), 'a required second factor').to.equal(true)
  }
  // A session too: it began when the account had all of this.
  if (protecting.length > 0 && !(secondFactor === 'new-device' && attempt.device.known))
    expect(used(...seconds), 'the second factor that the account has').to.equal(true)
}

/** Nobody is offered something stronger who was spared the second factor that the account has. */
function expectProven({ has, policy: { allowedMethods: allowed }, attempt }: World): void {
  const seconds = [...has].filter(id => id !== 'password' && (allowed === 'all' || allowed.includes(id)))
  const fresh = attempt.proofs.filter(({ at }) => at >= attempt.startedAt!)
  if (seconds.length > 0)
    expect(
      fresh.some(({ method }) => seconds.includes(method)),
      'an upgrade',
    ).to.equal(true)
}

describe('a sign-in, whatever is posted to it in whatever order', () => {
  it('ends only with the proofs that policy, the account and the app ask for', () => {
    const ends = { count: 0, upgrades: 0 }
    fc.assert(
      fc.property(worlds, fc.array(acts, { minLength: 1, maxLength: 14 }), (start, walk) => {
        let world = start
        for (const act of walk) {
          const step = nextStep(situationOf(world))
          if (step.kind === 'finish') {
            ends.count += 1
            expectEarned(world, step.acr)
          }
          if (step.kind === 'enrol' && step.reason === 'upgrade') {
            ends.upgrades += 1
            expectProven(world)
          }
          world = answered(world, act, step)
        }
      }),
      { numRuns: 20_000 },
    )
    // Otherwise nothing was held to anything.
    expect(ends.count).to.be.above(5000)
    expect(ends.upgrades).to.be.above(200)
  })
})
