// What a scope lets an app have, in the words of the person who is asked.
import type { Account } from '../../core/accounts/account.ts'
import type { Scope } from '../../core/signin/request.ts'
import type { Translate } from '../../lib/languages/language.ts'

export interface ScopeInWords {
  name: string
  title: string
  detail: string
  /** It cannot be refused by itself: without it there is no signing in. */
  required: boolean
}

const SCOPES: Record<string, { title: string; detail?: string }> = {
  profile: { title: 'signin:scope.profile', detail: 'signin:scope.profile.detail' },
  email: { title: 'signin:scope.email' },
  phone: { title: 'signin:scope.phone' },
  address: { title: 'signin:scope.address' },
  groups: { title: 'signin:scope.groups' },
}

/** OIDC Core 1.0, section 5.1. */
const CLAIMS: Record<string, string> = {
  name: 'signin:claim.name',
  given_name: 'signin:claim.given_name',
  family_name: 'signin:claim.family_name',
  middle_name: 'signin:claim.middle_name',
  nickname: 'signin:claim.nickname',
  preferred_username: 'signin:claim.preferred_username',
  picture: 'signin:claim.picture',
  website: 'signin:claim.website',
  gender: 'signin:claim.gender',
  birthdate: 'signin:claim.birthdate',
  zoneinfo: 'signin:claim.zoneinfo',
  locale: 'signin:claim.locale',
  updated_at: 'signin:claim.updated_at',
  email: 'signin:claim.email',
  email_verified: 'signin:claim.email_verified',
  phone_number: 'signin:claim.phone_number',
  phone_number_verified: 'signin:claim.phone_number_verified',
  address: 'signin:claim.address',
  groups: 'signin:scope.groups',
}

/** The scopes that are asked for, in an order that people read in; `offline_access` is told on its own. */
export function inWords(asked: Scope, account: Account, t: Translate): ScopeInWords[] {
  const known = asked.scopes
    .filter(scope => scope !== 'openid' && scope !== 'offline_access')
    .map(scope => ({
      name: scope,
      required: false,
      ...wordsOf(scope, t),
      ...detailOf(scope, account),
    }))
  const claims = asked.claims.map(claim => ({
    name: `claim:${claim}`,
    title: t(CLAIMS[claim] ?? 'signin:claim.other', { claim: claim.replaceAll('_', ' ') }),
    detail: '',
    required: false,
  }))
  const resources = Object.entries(asked.resources).flatMap(([resource, scopes]) =>
    scopes.map(scope => ({
      name: `${resource} ${scope}`,
      title: scope,
      detail: t('signin:scope.resource', { resource }),
      required: false,
    })),
  )
  const identity = {
    name: 'openid',
    title: t('signin:scope.openid'),
    detail: t('signin:scope.openid.detail'),
    required: true,
  }
  return [identity, ...known, ...claims, ...resources]
}

function wordsOf(scope: string, t: Translate): { title: string; detail: string } {
  const keys = SCOPES[scope]
  return keys ? { title: t(keys.title), detail: keys.detail ? t(keys.detail) : '' } : { title: scope, detail: '' }
}

function detailOf(scope: string, account: Account): { detail?: string } {
  if (scope === 'email') return { detail: account.email }
  if (scope === 'phone' && account.phone) return { detail: account.phone }
  if (scope === 'groups' && account.groups?.length) return { detail: account.groups.join(', ') }
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
