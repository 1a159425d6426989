// What must hold of the store whenever the processes on it are killed.
import { expect } from 'chai'
import { accountDeclaration } from '../../src/core/accounts/account.ts'
import { auditDeclaration, type AuditEntry } from '../../src/core/events/events.ts'
import { logoutDeclaration } from '../../src/core/sessions/logouts.ts'
import { signInDeclaration } from '../../src/core/sessions/signins.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { recordKinds, sessionDeclaration } from '../../src/oidc/store/records.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Declaration, Document, Store } from '../../src/storage/port.ts'

/**
 * Opens what the killed processes have left, and looks at all of it.
 * @param told the apps' sessions whose end the apps were told
 * @returns those that have ended
 */
export async function expectInvariants(url: string, told: Set<string>): Promise<Set<string>> {
  const store = await openStore(url, declarations)
  try {
    const audit = byType(await all(store, auditDeclaration))
    await expectSessions(store, audit)
    await expectAccounts(store, audit)
    await expectOneSuccessor(store)
    return await expectNoneForgotten(store, told)
  } finally {
    await store.close()
  }
}

async function expectSessions(store: Store, audit: Audit): Promise<void> {
  const signIns = new Map((await all(store, signInDeclaration)).map(signIn => [signIn.id, signIn]))
  const created = new Set(audit('session.created').map(({ sessionUid }) => sessionUid))
  const ended = new Set(audit('session.ended').map(({ sessionUid }) => sessionUid))
  for (const { id, accountId, endedAt } of await all(store, sessionDeclaration)) {
    if (!accountId) continue
    expect(signIns.get(id)?.accountId, `the record of session ${id}`).to.equal(accountId)
    expect(created.has(id), `session.created of ${id}`).to.equal(true)
    if (endedAt) expect(ended.has(id), `session.ended of ${id}`).to.equal(true)
  }
  for (const { id, endedAt } of signIns.values()) {
    expect(created.has(id), `session.created of the record ${id}`).to.equal(true)
    if (endedAt) expect(ended.has(id), `session.ended of the record ${id}`).to.equal(true)
  }
}

async function expectAccounts(store: Store, audit: Audit): Promise<void> {
  const deactivated = new Set(audit('account.deactivated').map(({ accountId }) => accountId))
  for (const { id, status } of await all(store, accountDeclaration))
    if (status === 'deactivated') expect(deactivated.has(id), `account.deactivated of ${id}`).to.equal(true)
}

/** Each grant here began with one code, so of its refresh tokens one at most is yet to be used. */
async function expectOneSuccessor(store: Store): Promise<void> {
  const unused = new Map<string, number>()
  for (const { grantId, consumedAt } of await all(store, recordKinds.RefreshToken!.declaration))
    if (!consumedAt) unused.set(grantId!, (unused.get(grantId!) ?? 0) + 1)
  for (const [grantId, count] of unused) expect(count, `unused refresh tokens of ${grantId}`).to.equal(1)
}

/** Each end is told to its app already, or waits to be. */
async function expectNoneForgotten(store: Store, told: Set<string>): Promise<Set<string>> {
  const waiting = new Set((await all(store, logoutDeclaration)).map(({ sid }) => sid))
  const sids = (await all(store, sessionDeclaration))
    .filter(({ endedAt }) => endedAt)
    .flatMap(({ payload }) => Object.values((payload.authorizations ?? {}) as Record<string, { sid: string }>))
    .map(({ sid }) => sid)
  for (const sid of sids) expect(told.has(sid) || waiting.has(sid), `the end of ${sid} is to be told`).to.equal(true)
  return new Set(sids)
}

type Audit = (type: string) => AuditEntry[]

function byType(entries: AuditEntry[]): Audit {
  const types = Map.groupBy(entries, ({ type }) => type)
  return type => types.get(type) ?? []
}

async function all<T extends Document>(store: Store, declaration: Declaration<T>): Promise<T[]> {
  const found: T[] = []
  let cursor: string | undefined
  do {
    const page = await store.collection(declaration).list({}, { limit: 1000, ...(cursor ? { cursor } : {}) })
    found.push(...page.items)
    cursor = page.cursor
  } while (cursor)
  return found
}
