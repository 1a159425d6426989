// What nextStep decides about, with everything in its plainest state: each test says only what is different.
import type { Account } from '../../../src/core/accounts/account.ts'
import type { MethodFacts, SignInPolicy } from '../../../src/core/signin/method-facts.ts'
import type { Situation } from '../../../src/core/signin/situation.ts'
import type { Proof } from '../../../src/core/signin/proof.ts'
import type { AuthRequest } from '../../../src/core/signin/request.ts'

export const NOW = Date.UTC(2030, 0, 1)
export const MINUTE = 60_000

export const ann: Account = {
  id: 'ann',
  email: 'ann@example.com',
  emailVerified: true,
  profile: {},
  roles: [],
  status: 'active',
  validFrom: 0,
  createdAt: 0,
  updatedAt: 0,
}

const method = (id: string, more: Partial<MethodFacts>): MethodFacts => ({
  id,
  factors: ['possession'],
  resistsPhishing: false,
  identifies: false,
  enrolled: true,
  first: false,
  second: true,
  protects: false,
  enrollable: false,
  backup: false,
  upgrade: false,
  ...more,
})

// Each as an account has it that has set it up.
export const pwd = method('password', { factors: ['knowledge'], first: true, second: false })
export const totp = method('totp', { protects: true })
/** Turned on as a second factor. */
export const mailed = method('email-code', { first: true, protects: true, mailed: true })
export const recovery = method('recovery-codes', { backup: true })
/** Which verifies its owner, and is found without a name. */
export const passkey = method('passkey', {
  factors: ['possession', 'inherence'],
  resistsPhishing: true,
  identifies: true,
  first: true,
})
/** Without a PIN: only ever after another proof. */
export const securityKey = method('security-key', { resistsPhishing: true, protects: true })

/** As an account has it that has not set it up. */
export function lacking(facts: MethodFacts): MethodFacts {
  const { id, backup, identifies } = facts
  return {
    ...facts,
    enrolled: false,
    // Whoever has proven the address can be mailed a code.
    first: id === 'email-code',
    second: false,
    protects: false,
    enrollable: id !== 'password' && !backup,
    upgrade: identifies,
  }
}

/** As everybody is offered it before any proof. */
export function toAnybody(facts: MethodFacts): MethodFacts {
  const first = facts.first
  return { ...facts, enrolled: first, first, second: false, protects: false, enrollable: false, upgrade: false }
}

const AMR: Record<string, string[]> = {
  password: ['pwd'],
  totp: ['otp'],
  'email-code': ['otp'],
  'recovery-codes': ['otp'],
  passkey: ['hwk', 'user'],
  'security-key': ['hwk'],
}

export function proofBy({ id, factors, resistsPhishing }: MethodFacts, at = NOW - MINUTE): Proof {
  return { method: id, factors: [...factors], resistsPhishing, amr: AMR[id] ?? [], at }
}

export const plainPolicy: SignInPolicy = {
  requiredAcr: 'urn:latchkey:acr:1',
  allowedMethods: 'all',
  // Each table says itself when a second factor is asked for.
  secondFactor: 'off',
  secondFactorGrace: 0,
  emailVerification: 'required',
  emailVerificationGrace: 0,
  rememberSecondFactor: 30 * 86_400,
  confirmNewDevice: 'off',
}

export const plainRequest: AuthRequest = {
  prompts: [],
  acrValues: [],
  acrEssential: false,
  scopes: ['openid'],
  claims: [],
  resources: {},
}

export type Difference = Partial<Omit<Situation, 'request' | 'consent' | 'policy' | 'device'>> & {
  request?: Partial<AuthRequest>
  policy?: Partial<SignInPolicy>
  device?: Partial<Situation['device']>
  consent?: Partial<Situation['consent']>
}

/** Ann, proven a minute ago, in an attempt that began five minutes ago, at an app that has her consent. */
export function situation({ request, consent, policy, device, ...rest }: Difference = {}): Situation {
  const given = { scopes: ['openid'], claims: [], resources: {} }
  return {
    now: NOW,
    request: { ...plainRequest, ...request },
    account: ann,
    identified: true,
    proofs: [proofBy(pwd)],
    startedAt: NOW - 5 * MINUTE,
    selected: false,
    methods: [pwd],
    policy: { ...plainPolicy, ...policy },
    fromAllowedNetwork: true,
    workDue: false,
    device: { known: false, able: ['passkey'], declined: [], ...device },
    added: [],
    skipped: [],
    consent: { firstParty: false, given, decided: false, ...consent },
    ...rest,
  }
}

/** The same without the keys: `exactOptionalPropertyTypes` lets no undefined be said. */
export function without<T extends object, K extends keyof T>(all: T, ...keys: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>
}
