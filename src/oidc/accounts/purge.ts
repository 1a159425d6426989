// The end of an account: everything that is kept of it goes, and the account itself last, so that a purge that was broken
// off goes on at the next run. Audit entries stay, by their own time, and name it by its id alone.
import type { Accounts } from '../../core/accounts/accounts.ts'
import { challengeDeclaration } from '../../core/challenges.ts'
import { consentDeclaration } from '../../core/consents.ts'
import { credentialDeclaration } from '../../core/credentials.ts'
import { deviceDeclaration } from '../../core/sessions/devices.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import { linkDeclaration } from '../../core/links/links.ts'
import { noticeDeclaration } from '../../core/notices/notices.ts'
import { signInDeclaration } from '../../core/sessions/signins.ts'
import type { Collection, Document, Store, Where } from '../../storage/port.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { recordKinds } from '../store/records.ts'

const BATCH = 200

/** What is kept under an account's id. */
const OF_ACCOUNT = [
  credentialDeclaration,
  deviceDeclaration,
  linkDeclaration,
  challengeDeclaration,
  signInDeclaration,
  noticeDeclaration,
] as const

interface Parts {
  store: Store
  accounts: Accounts
  events: Events
  sessions: Sessions
}

/** @returns false when its time has not come: it may have been restored meanwhile */
export async function purgeAccount(parts: Parts, accountId: string, origin: Origin = {}): Promise<boolean> {
  const { store, accounts, events, sessions } = parts
  if (!(await accounts.beginPurge(accountId, Date.now()))) return false
  await events.emit({ type: 'account.purged', ...origin, accountId, details: {} })
  await sessions.endAll(accountId, 'account_closed', origin)
  await removeGrants(store, accountId)
  const removals = OF_ACCOUNT.map(declaration =>
    removeAll(store.collection<Document & { accountId?: string }>(declaration), { accountId }),
  )
  await Promise.all([...removals, removeAll(store.collection(consentDeclaration), { id: { prefix: `${accountId}:` } })])
  return accounts.remove(accountId)
}

/** With all that was made from them. */
async function removeGrants(store: Store, accountId: string): Promise<void> {
  const grants = store.collection(recordKinds.Grant!.declaration)
  const made = ['AuthorizationCode', 'AccessToken', 'RefreshToken'] as const
  for (;;) {
    const { items } = await grants.list({ accountId }, { limit: BATCH })
    for (const { id: grantId } of items) {
      await Promise.all(made.map(kind => removeAll(store.collection(recordKinds[kind]!.declaration), { grantId })))
      await grants.remove(grantId)
    }
    if (items.length < BATCH) return
  }
}

async function removeAll<T extends Document>(collection: Collection<T>, where: Where<T>): Promise<void> {
  while ((await collection.removeAll(where, BATCH)) === BATCH);
}
