// What a scope lets an app have, in the words of the person who is asked.
import type { Account } from '../core/accounts/account.ts'
import type { Scope } from '../core/signin/request.ts'

export interface ScopeInWords {
  name: string
  title: string
  detail: string
  /** It cannot be refused by itself: without it there is no signing in. */
  required: boolean
}

const WORDS: Record<string, { title: string; detail: string }> = {
  profile: { title: 'Your profile', detail: 'Name, username, picture and the like' },
  email: { title: 'Your email address', detail: '' },
  phone: { title: 'Your phone number', detail: '' },
  address: { title: 'Your postal address', detail: '' },
  offline_access: {
    title: 'Access while you are away',
    detail: 'It can keep using what you allow here when you are signed out',
  },
}

/** The scopes that are asked for, in an order that people read in; `offline_access` is told on its own. */
export function inWords(asked: Scope, account: Account): ScopeInWords[] {
  const known = asked.scopes
    .filter(scope => scope !== 'openid' && scope !== 'offline_access')
    .map(scope => ({
      name: scope,
      required: false,
      ...(WORDS[scope] ?? { title: scope, detail: '' }),
      ...detailOf(scope, account),
    }))
  const claims = asked.claims.map(claim => ({
    name: `claim:${claim}`,
    title: `Your ${claim.replaceAll('_', ' ')}`,
    detail: '',
    required: false,
  }))
  const resources = Object.entries(asked.resources).flatMap(([resource, scopes]) =>
    scopes.map(scope => ({ name: `${resource} ${scope}`, title: scope, detail: `On ${resource}`, required: false })),
  )
  const identity = {
    name: 'openid',
    title: 'Who you are',
    detail: 'An identifier that stays the same each time you sign in',
    required: true,
  }
  return [identity, ...known, ...claims, ...resources]
}

function detailOf(scope: string, account: Account): { detail?: string } {
  if (scope === 'email') return { detail: account.email }
  if (scope === 'phone' && account.phone) return { detail: account.phone }
  return {}
}

/** Splits what was asked into what was ticked and what was not. `names` are the names of the ticked boxes. */
export function chosen(asked: Scope, names: readonly string[]): { given: Scope; refused: Scope } {
  const ticked = new Set([...names, 'openid', 'offline_access'])
  const split = (all: string[], nameOf: (one: string) => string) => ({
    given: all.filter(one => ticked.has(nameOf(one))),
    refused: all.filter(one => !ticked.has(nameOf(one))),
  })
  const scopes = split(asked.scopes, scope => scope)
  const claims = split(asked.claims, claim => `claim:${claim}`)
  const resources = Object.entries(asked.resources).map(
    ([resource, all]) => [resource, split(all, scope => `${resource} ${scope}`)] as const,
  )
  const part = (which: 'given' | 'refused'): Scope => ({
    scopes: scopes[which],
    claims: claims[which],
    resources: Object.fromEntries(
      resources.map(([resource, both]) => [resource, both[which]]).filter(([, some]) => some!.length > 0),
    ),
  })
  return { given: part('given'), refused: part('refused') }
}
