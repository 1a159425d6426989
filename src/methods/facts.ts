// Methods and what an account has of them, as the facts that the decision goes by.
import type { Account } from '../core/accounts/account.ts'
import { credentialsOf, type Credential } from '../core/credentials.ts'
import type { MethodFacts } from '../core/signin/method-facts.ts'
import type { Method, MethodServices } from './method.ts'

/** For an account: everything it has, in one look at the store. */
export async function factsOf(
  { methods, credentials }: Pick<MethodServices, 'methods' | 'credentials'>,
  account: Account,
): Promise<MethodFacts[]> {
  return factsFrom(methods, account, await credentialsOf(credentials, account.id))
}

/** Whether it is what the account uses as its second factor, as against another proof that is asked for after one. */
export async function isSecondOf(
  services: Pick<MethodServices, 'methods' | 'credentials'>,
  account: Account,
  { id }: Method,
): Promise<boolean> {
  return (await factsOf(services, account)).some(facts => facts.id === id && facts.second)
}

export function factsFrom(methods: readonly Method[], account: Account, all: readonly Credential[]): MethodFacts[] {
  return methods.map(method => {
    const own = all.filter(credential => credential.method === method.id)
    const standing = method.standing(account, own)
    const { enrolled } = standing
    const { second, backup = false, upgrade = false } = method.roles
    return {
      ...constantsOf(method),
      ...standing,
      ...(own.length > 0 ? { since: Math.min(...own.map(({ createdAt }) => createdAt)) } : {}),
      enrollable: method.enrol !== undefined && second && !backup && !enrolled,
      backup,
      upgrade: upgrade && !enrolled,
    }
  })
}

/** Before any proof: every method is offered to everybody alike, so that what is offered tells nothing. */
export function factsForAnybody(methods: readonly Method[]): MethodFacts[] {
  return methods.map(method => ({
    ...constantsOf(method),
    enrolled: method.roles.first,
    first: method.roles.first,
    second: false,
    protects: false,
    enrollable: false,
    backup: false,
    upgrade: false,
  }))
}

function constantsOf({ id, factors, resistsPhishing, roles: { identifies, mailed } }: Method) {
  return { id, factors, resistsPhishing, identifies, ...(mailed ? { mailed } : {}) }
}
