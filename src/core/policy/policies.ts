// The stored document of policy, and the history of its changes.
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'
import { timeId } from '../../lib/ids.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { GUARDS, type Overrides } from './resolve.ts'
import { settingsSchema, SHARED_BY_APPS, type Settings } from './settings.ts'

const documentSchema = z.object({
  id: z.literal('current'),
  revision: z.number(),
  everyone: settingsSchema,
  guards: z.partialRecord(z.enum(GUARDS), settingsSchema),
  roles: z.record(z.string(), settingsSchema),
  clients: z.record(z.string(), settingsSchema),
})

const changeSchema = z.object({
  /** Sorts by time. */
  id: z.string(),
  at: z.number(),
  /** An account's id, or `command line`. */
  actor: z.string(),
  /** Whom it was about: `everyone`, `guard apps`, `role admin`, `client ID`. */
  scope: z.string(),
  before: settingsSchema,
  after: settingsSchema,
})

export type PolicyDocument = z.infer<typeof documentSchema>
export type PolicyChange = z.infer<typeof changeSchema>

export const policyDeclaration: Declaration<PolicyDocument> = {
  name: 'policies',
  schema: documentSchema,
  shared: true,
  announced: true,
}
export const policyChangeDeclaration: Declaration<PolicyChange> = { name: 'policyChanges', schema: changeSchema }

/** Whom an override is for. */
export type PolicyScope =
  { kind: 'everyone' } | { kind: 'guard'; name: (typeof GUARDS)[number] } | { kind: 'role' | 'client'; name: string }

const nothing: PolicyDocument = { id: 'current', revision: 0, everyone: {}, guards: {}, roles: {}, clients: {} }

export type Policies = ReturnType<typeof createPolicies>

export function createPolicies(store: Store) {
  const documents = store.collection(policyDeclaration)
  const history = store.collection(policyChangeDeclaration)

  const current = async (): Promise<PolicyDocument> => (await documents.get('current')) ?? nothing

  /**
   * Says something for a scope, in the place of what was said for it before; `{}` takes it all back.
   * @throws Refused `policy.invalid` naming the setting
   */
  async function set(scope: PolicyScope, wanted: unknown, actor: string): Promise<PolicyDocument> {
    const after = checkSettings(scope, wanted)
    return write(scope, () => after, actor)
  }

  /**
   * Changes single settings of a scope; what is `undefined` is taken back, and what is not named stays.
   * @throws Refused `policy.invalid` naming the setting
   */
  async function amend(scope: PolicyScope, changes: Settings, actor: string): Promise<PolicyDocument> {
    checkSettings(scope, changes)
    return write(scope, before => checkSettings(scope, defined({ ...before, ...changes })), actor)
  }

  /** The change is written down first, so that none is without its entry. */
  async function write(
    scope: PolicyScope,
    next: (before: Settings) => Settings,
    actor: string,
  ): Promise<PolicyDocument> {
    const before = saidFor(await current(), scope)
    const change = { scope: nameOfScope(scope), before, after: next(before) }
    await history.insert({ id: timeId(), at: Date.now(), actor, ...change })
    const changed = (document: PolicyDocument) => say(document, scope, next(saidFor(document, scope)))
    return (await documents.upsert('current', known => changed(known ?? nothing)))!
  }

  return {
    current,
    set,
    amend,
    history: (page: PageRequest): Promise<Page<PolicyChange>> => history.list({}, { order: 'desc', ...page }),
  }
}

/** `everyone`, `guard apps`, `role admin`, `client ID`. */
export function nameOfScope(scope: PolicyScope): string {
  return scope.kind === 'everyone' ? 'everyone' : `${scope.kind} ${scope.name}`
}

/** @throws Refused `policy.invalid` naming the setting */
export function checkSettings(scope: PolicyScope, wanted: unknown): Settings {
  const parsed = settingsSchema.safeParse(wanted)
  if (parsed.success) {
    const shared = scope.kind === 'client' && SHARED_BY_APPS.find(name => parsed.data[name] !== undefined)
    if (!shared) return parsed.data
    const hint = 'A browser has one session for all apps, so this is set for everyone, a guard or a role.'
    throw new Refused('policy.invalid', { field: shared, hint })
  }
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || (issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'settings')
  throw new Refused('policy.invalid', { field: where, hint: `${where}: ${issue?.message ?? 'not valid'}` })
}

function saidFor(document: Overrides, scope: PolicyScope): Settings {
  if (scope.kind === 'everyone') return document.everyone
  const said: Record<string, Settings> = { guard: document.guards, role: document.roles, client: document.clients }[
    scope.kind
  ]
  // A role named `constructor` must not find what objects inherit.
  return Object.hasOwn(said, scope.name) ? said[scope.name]! : {}
}

function defined(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function say(document: PolicyDocument, scope: PolicyScope, settings: Settings): PolicyDocument {
  const next = { ...document, revision: document.revision + 1 }
  switch (scope.kind) {
    case 'everyone':
      return { ...next, everyone: settings }
    case 'guard':
      return { ...next, guards: { ...next.guards, [scope.name]: settings } }
    case 'role':
      return { ...next, roles: { ...next.roles, [scope.name]: settings } }
    case 'client':
      return { ...next, clients: { ...next.clients, [scope.name]: settings } }
  }
}
