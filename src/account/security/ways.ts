// Everything that an account signs in with, or could, as the page shows it. No method is known here by name.
import type { Account } from '../../core/accounts/account.ts'
import { credentialsOf, onlyCredentialId, type Credential } from '../../core/credentials.ts'
import type { Translate } from '../../lib/languages/language.ts'
import type { Described, Method, MethodServices, Standing } from '../../methods/method.ts'

export const SECURITY = '/account/security'

export interface Way {
  name: string
  about: string
  /** Whether it can be used, set up or not: everybody with a proven address can have a code mailed. */
  usable: boolean
  credentials: (Described & { renameUrl?: string; removeUrl: string })[]
  addUrl?: string
  /** What the link to `addUrl` says. */
  addLabel: string
}

/** A part of the page by a method of its own. */
export interface Part {
  view: string
  locals: object
}

export interface Ways {
  parts: Part[]
  /** A script that the parts need. */
  script?: string

  /** What a sign-in can begin with. */
  first: Way[]
  /** What is asked for after that. */
  second: Way[]
  /** Whether a second step is asked for at each sign-in. */
  isProtected: boolean
  /** The one thing that signs in, where there is no other and it can be lost: what it is called, and where to add one. */
  only?: { name: string; addUrl: string }
}

export async function waysOf(services: MethodServices, account: Account, t: Translate): Promise<Ways> {
  const all = await credentialsOf(services.credentials, account.id)
  const known = services.methods.map(method => {
    const own = all.filter(credential => credential.method === method.id)
    return { method, own, standing: method.standing(account, own) }
  })
  const ways = (first: boolean) =>
    known
      .filter(({ method: { roles } }) => (roles.first || roles.identifies) === first)
      .map(({ method, own, standing }) => wayOf(method, own, standing.first || standing.second, account, t))
      // What is neither there nor can be set up is nothing to look after.
      .filter(way => way.credentials.length > 0 || way.addUrl !== undefined)
  const shown = known.flatMap(({ method, own }) => method.onSecurity?.(services, account, own) ?? [])
  const script = shown.find(part => part.script)?.script
  const only = onlyOf(known, t)
  return {
    parts: shown.map(({ view, locals = {} }) => ({ view, locals })),
    ...(script ? { script } : {}),
    first: ways(true),
    second: ways(false),
    isProtected: known.some(({ standing }) => standing.protects),
    ...(only ? { only } : {}),
  }
}

interface Known {
  method: Method
  own: readonly Credential[]
  standing: Standing
}

/** A forgotten password is set anew by mail; a thing, or an account elsewhere, can be gone for good. */
function onlyOf(known: readonly Known[], t: Translate): Ways['only'] {
  const [way, ...others] = known.filter(({ standing: { first, enrolled } }) => first && enrolled)
  const next = known.find(({ method: { enrol, roles } }) => enrol && roles.upgrade)?.method
  if (!way || !next || others.length > 0 || way.own.length > 1) return undefined
  const { method, own } = way
  if (!method.factors.includes('possession') && !method.link) return undefined
  return { name: describeNamed(method, own[0]!, t)[0]?.name ?? method.words(t).name, addUrl: addUrl(next.id) }
}

function wayOf(method: Method, own: readonly Credential[], usable: boolean, { id }: Account, t: Translate): Way {
  const { name, about, again } = method.words(t)
  // One of its kind is there already: another would take its place.
  const only = own.some(credential => credential.id === onlyCredentialId(method.id, id))
  const canAdd = method.enrol !== undefined && (!only || again !== undefined)
  const canLink = method.link !== undefined && own.length === 0
  return {
    name,
    about,
    usable,
    credentials: own.flatMap(credential => {
      const at = credentialUrl(method.id, credential.id)
      const urls = { ...(isNameable(method) ? { renameUrl: `${at}/name` } : {}), removeUrl: `${at}/remove` }
      return describeNamed(method, credential, t).map(described => ({ ...described, ...urls }))
    }),
    ...(canAdd ? { addUrl: addUrl(method.id) } : canLink ? { addUrl: linkUrl(method.id) } : {}),
    addLabel: canLink
      ? t('account:way.link')
      : only
        ? again!
        : t(own.length > 0 ? 'account:way.another' : usable ? 'account:way.asSecond' : 'account:way.setUp'),
  }
}

/** A thing that one may have several of; a password or a sheet of codes is what it is. */
function isNameable({ factors, roles }: Method): boolean {
  return factors.includes('possession') && roles.backup !== true
}

/** In its owner's words, where there are any; what the method calls it then says more about it. */
export function describeNamed(method: Method, credential: Credential, t: Translate): Described[] {
  const { label } = credential
  return method.describe([credential], t).map(described => {
    if (!label || label === described.name) return described
    const detail = [described.name === method.words(t).name ? undefined : described.name, described.detail]
    const words = detail.filter(Boolean).join(' · ')
    return { ...described, name: label, ...(words ? { detail: words } : {}) }
  })
}

export function addUrl(methodId: string): string {
  return `${SECURITY}/${methodId}/add`
}

export function linkUrl(methodId: string): string {
  return `${SECURITY}/${methodId}/link`
}

function credentialUrl(methodId: string, credentialId: string): string {
  return `${SECURITY}/${methodId}/${encodeURIComponent(credentialId)}`
}
