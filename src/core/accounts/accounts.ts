import { newId } from '../../lib/ids.ts'
import { Refused } from '../../lib/errors.ts'
import { Conflict, type Collection, type Page, type PageRequest, type Store } from '../../storage/port.ts'
import {
  accountDeclaration,
  isClosedAs,
  isClosedSince,
  mayComeBack,
  type Account,
  type Profile,
  type Status,
  type Why,
  validFromNow,
} from './account.ts'
import type { FieldValues } from './fields.ts'
import { formerOf, moved, movedBack, type FormerAddress } from './former-addresses.ts'
import { withGroups } from './groups.ts'
import { canonicalEmail, canonicalIdentifier, canonicalUsername } from './names.ts'

export interface NewAccount {
  id?: string
  email: string
  emailVerified: boolean
  username?: string
  profile?: Profile
  language?: string
  roles?: string[]
  groups?: string[]
  fields?: Account['fields']
  terms?: Account['terms']
}

/** The role that may do everything. */
export const ADMIN = 'admin'

/** Of the versions that were accepted, so many are kept. */
const MOST_TERMS = 50

export type Accounts = ReturnType<typeof createAccounts>

/** Finds, makes and changes accounts. Names are canonicalised here, so that callers pass what was typed. */
export function createAccounts(store: Store) {
  const accounts: Collection<Account> = store.collection(accountDeclaration)

  async function create(wanted: NewAccount): Promise<Account> {
    const now = Date.now()
    const account: Account = {
      id: wanted.id ?? newId(),
      email: canonicalEmail(wanted.email),
      emailVerified: wanted.emailVerified,
      ...(wanted.username ? { username: canonicalUsername(wanted.username) } : {}),
      profile: wanted.profile ?? {},
      ...(wanted.language ? { language: wanted.language } : {}),
      ...(wanted.fields && Object.keys(wanted.fields).length > 0 ? { fields: wanted.fields } : {}),
      ...(wanted.terms ? { terms: wanted.terms } : {}),
      roles: wanted.roles ?? [],
      ...(wanted.groups ? { groups: wanted.groups } : {}),
      ...(wanted.roles?.includes(ADMIN) ? { admin: true as const } : {}),
      status: 'active',
      validFrom: Math.floor(now / 1000),
      createdAt: now,
      updatedAt: now,
    }
    await accounts.insert(account).catch(refuseTaken)
    return account
  }

  /** An address, a username or an id, as typed. The id first: nobody chooses theirs, while a username may be another's id. */
  async function byName(text: string): Promise<Account | undefined> {
    const name = canonicalIdentifier(text)
    return (await accounts.get(text)) ?? (name && accounts.first(name))
  }

  /** An address or a username, as typed on a sign-in page; ids are not accepted there. */
  async function byIdentifier(text: string): Promise<Account | undefined> {
    const name = canonicalIdentifier(text)
    return name && accounts.first(name)
  }

  function change(id: string, apply: (account: Account) => Account | undefined): Promise<Account | undefined> {
    return accounts
      .update(id, account => {
        const changed = apply(account)
        return changed && changed !== account ? { ...changed, updatedAt: Date.now() } : changed
      })
      .catch(refuseTaken)
  }

  /**
   * What ends it moves `validFrom` on, so that no session, token or grant of it counts any more. One that is being purged
   * stays so.
   */
  function setStatus(id: string, status: Status, why: Why = {}): Promise<Account | undefined> {
    const now = Date.now()
    return change(id, account => {
      if (account.status === 'purged') return undefined
      if (isClosedAs(account, status, why)) return account
      const { closing: _closing, purgeAt: _purgeAt, ...rest } = account
      const validFrom = status === 'active' ? account.validFrom : validFromNow(account, now)
      return { ...rest, status, ...why, validFrom }
    })
  }

  /** The person brings it back, and only what they closed themselves. */
  function comeBack(id: string): Promise<Account | undefined> {
    return change(id, account => {
      return mayComeBack(account, Date.now()) ? reopened(account) : undefined
    })
  }

  /** From here on nothing brings it back. Undefined unless its time has come: it may have been restored meanwhile. */
  function beginPurge(id: string, now: number): Promise<Account | undefined> {
    return change(id, account => {
      if (account.status === 'purged') return account
      const isDue = account.status === 'scheduled' && (account.purgeAt ?? Infinity) <= now
      return isDue ? { ...account, status: 'purged' } : undefined
    })
  }

  /**
   * Another address, which has been proven. Undefined when it is another one by now.
   * @throws Refused `email.taken`, 409
   */
  function changeEmail(id: string, from: FormerAddress, to: string): Promise<Account | undefined> {
    return change(id, account => moved(account, from, canonicalEmail(to)))
  }

  /**
   * Back to the address whose mailbox has the secret; nothing that was obtained until now counts any more, and what was
   * closed in the person's name meanwhile is open. @throws as above
   */
  function undoEmail(id: string, secret: string): Promise<Account | undefined> {
    const now = Date.now()
    return change(id, account => {
      const former = formerOf(account, secret, now)
      const back = former && movedBack(account, secret, now)
      if (!back) return undefined
      const open = isClosedSince(back, former.at, now) ? reopened(back) : back
      return { ...open, validFrom: validFromNow(account, now) }
    })
  }

  /** Undefined for none. @throws Refused `username.taken`, 409 */
  function changeUsername(id: string, username: string | undefined): Promise<Account | undefined> {
    return change(id, ({ username: _former, ...account }) => ({
      ...account,
      ...(username ? { username: canonicalUsername(username) } : {}),
    }))
  }

  /** @throws Refused `groups.many` */
  function changeGroups(id: string, added: string[], removed: string[]): Promise<Account | undefined> {
    return change(id, account => ({ ...account, groups: withGroups(account.groups ?? [], added, removed) }))
  }

  /** What it lacked. @throws Refused `username.taken`, 409 */
  function complete(
    id: string,
    { username, fields }: Pick<NewAccount, 'username'> & { fields: FieldValues },
  ): Promise<Account | undefined> {
    return change(id, account => ({
      ...account,
      ...(username && !account.username ? { username: canonicalUsername(username) } : {}),
      ...(Object.keys(fields).length > 0 ? { fields: { ...account.fields, ...fields } } : {}),
    }))
  }

  function acceptTerms(id: string, version: string): Promise<Account | undefined> {
    return change(id, account =>
      account.terms?.at(-1)?.version === version
        ? account
        : { ...account, terms: [...(account.terms ?? []), { version, at: Date.now() }].slice(-MOST_TERMS) },
    )
  }

  /** Nothing that was obtained until now counts any more. */
  function endAllBefore(id: string): Promise<Account | undefined> {
    const now = Date.now()
    return change(id, account => ({ ...account, validFrom: validFromNow(account, now) }))
  }

  return {
    create,
    byName,
    byIdentifier,
    change,
    setStatus,
    comeBack,
    beginPurge,
    complete,
    changeGroups,
    acceptTerms,
    changeEmail,
    undoEmail,
    changeUsername,
    endAllBefore,
    /** Those whose removal is due at `now` (epoch milliseconds), or was begun. */
    due: async (now: number, limit: number): Promise<Account[]> =>
      (await accounts.list({ purgeAt: { gt: 0, lte: now } }, { limit })).items,
    /** The last thing that is removed of an account: its address and its username are free from now on. */
    remove: (id: string): Promise<boolean> => accounts.remove(id),
    get: (id: string): Promise<Account | undefined> => accounts.get(id),
    hasAdmin: async (): Promise<boolean> => (await accounts.first({ admin: true })) !== undefined,
    list: (page: PageRequest): Promise<Page<Account>> => accounts.list({}, page),
    verifyEmail: (id: string, email: string) =>
      change(id, account => (account.email === email ? { ...account, emailVerified: true } : undefined)),
  }
}

function reopened({ closing: _closing, purgeAt: _purgeAt, ...account }: Account): Account {
  return { ...account, status: 'active' }
}

function refuseTaken(error: unknown): never {
  if (error instanceof Conflict && error.index === 'username') {
    throw new Refused('username.taken', {
      status: 409,
      field: 'username',
    })
  }
  if (error instanceof Conflict && error.index === 'email') {
    throw new Refused('email.taken', {
      status: 409,
      field: 'email',
    })
  }
  throw error
}
