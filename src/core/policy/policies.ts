// The stored document of policy, and the history of its changes.
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'
import { timeId } from '../../lib/ids.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { GUARDS, type Overrides } from './resolve.ts'
import { settingsSchema, type Settings } from './settings.ts'

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

export const policyDeclaration: Declaration<PolicyDocument> = { name: 'policies', schema: documentSchema }
export const policyChangeDeclaration: Declaration<PolicyChange> = { name: 'policyChanges', schema: changeSchema }

/** Whom an override is for. */
export type PolicyScope =
  { kind: 'everyone' } | { kind: 'guard'; name: (typeof GUARDS)[number] } | { kind: 'role' | 'client'; name: string }

const nothing: PolicyDocument = { id: 'current', revision: 0, everyone: {}, guards: {}, roles: {}, clients: {} }

export type Policies = ReturnType<typeof createPolicies>

export function createPolicies(store: Store) {
  const documents = store.collection(policyDeclaration)
  const changes = store.collection(policyChangeDeclaration)

  const current = async (): Promise<PolicyDocument> => (await documents.get('current')) ?? nothing

  /**
   * Says something for a scope, in the place of what was said for it before; `{}` takes it all back. The change is
   * written down first, so that none is without its entry.
   * @throws Refused `policy.invalid` naming the setting
   */
  async function set(scope: PolicyScope, wanted: unknown, actor: string): Promise<PolicyDocument> {
    const after = parse(wanted)
    const before = saidFor(await current(), scope)
    const name = scope.kind === 'everyone' ? 'everyone' : `${scope.kind} ${scope.name}`
    await changes.insert({ id: timeId(), at: Date.now(), actor, scope: name, before, after })
    return (await documents.upsert('current', known => say(known ?? nothing, scope, after)))!
  }

  return {
    current,
    set,
    history: (page: PageRequest): Promise<Page<PolicyChange>> => changes.list({}, { order: 'desc', ...page }),
  }
}

function parse(wanted: unknown): Settings {
  const parsed = settingsSchema.safeParse(wanted)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || (issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'settings')
  throw new Refused('policy.invalid', { field: where, hint: `${where}: ${issue?.message ?? 'not valid'}` })
}

function saidFor(document: Overrides, scope: PolicyScope): Settings {
  switch (scope.kind) {
    case 'everyone':
      return document.everyone
    case 'guard':
      return document.guards[scope.name] ?? {}
    case 'role':
      return document.roles[scope.name] ?? {}
    case 'client':
      return document.clients[scope.name] ?? {}
  }
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
