// What nextStep decides about, with everything in its plainest state: each test says only what is different.
import type { Account } from '../../../src/core/accounts/account.ts'
import type { MethodFacts, Situation } from '../../../src/core/signin/next-step.ts'
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

export const pwd: MethodFacts = { id: 'password', factor: 'knowledge', resistsPhishing: false, enrolled: true }
export const totp: MethodFacts = { id: 'totp', factor: 'possession', resistsPhishing: false, enrolled: true }
export const passkey: MethodFacts = { id: 'passkey', factor: 'possession', resistsPhishing: true, enrolled: true }

const AMR: Record<string, string[]> = { password: ['pwd'], totp: ['otp'], passkey: ['hwk', 'user'] }

export function proofBy({ id, factor, resistsPhishing }: MethodFacts, at = NOW - MINUTE): Proof {
  return { method: id, factor, resistsPhishing, amr: AMR[id] ?? [], at }
}

export const plainRequest: AuthRequest = {
  prompts: [],
  acrValues: [],
  acrEssential: false,
  scopes: ['openid'],
  claims: [],
  resources: {},
}

export type Difference = Partial<Omit<Situation, 'request' | 'consent'>> & {
  request?: Partial<AuthRequest>
  consent?: Partial<Situation['consent']>
}

/** Ann, proven a minute ago, in an attempt that began five minutes ago, at an app that has her consent. */
export function situation({ request, consent, ...rest }: Difference = {}): Situation {
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
    requiredAcr: 'urn:latchkey:acr:1',
    consent: { firstParty: false, given, decided: false, ...consent },
    ...rest,
  }
}

/** The same without the keys: `exactOptionalPropertyTypes` lets no undefined be said. */
export function without<T extends object, K extends keyof T>(all: T, ...keys: K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key as K))) as Omit<T, K>
}
