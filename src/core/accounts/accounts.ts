import { newId } from '../../lib/ids.ts'
import { Refused } from '../../lib/errors.ts'
import { Conflict, type Collection, type Page, type PageRequest, type Store } from '../../storage/port.ts'
import { accountDeclaration, type Account, type Profile } from './account.ts'
import { canonicalEmail, canonicalIdentifier, canonicalUsername } from './names.ts'

export interface NewAccount {
  id?: string
  email: string
  emailVerified: boolean
  username?: string
  profile?: Profile
  language?: string
  roles?: string[]
}

/** The role that may do everything. */
export const ADMIN = 'admin'

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
      roles: wanted.roles ?? [],
      ...(wanted.roles?.includes(ADMIN) ? { admin: true as const } : {}),
      status: 'active',
      validFrom: Math.floor(now / 1000),
      createdAt: now,
      updatedAt: now,
    }
    await accounts.insert(account).catch(refuseTaken)
    return account
  }

  /** An address, a username or an id, as typed. */
  async function byName(text: string): Promise<Account | undefined> {
    const name = canonicalIdentifier(text)
    return (name && (await accounts.first(name))) ?? accounts.get(text)
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

  /** Disabling moves `validFrom` past the present second, so that no session or token of the account counts any more. */
  function setStatus(id: string, status: Account['status']): Promise<Account | undefined> {
    const validFrom = Math.floor(Date.now() / 1000) + 1
    return change(id, account =>
      account.status === status ? account : { ...account, status, ...(status === 'disabled' ? { validFrom } : {}) },
    )
  }

  /** Nothing that was obtained until now counts any more. */
  function endAllBefore(id: string): Promise<Account | undefined> {
    const validFrom = Math.floor(Date.now() / 1000) + 1
    return change(id, account => ({ ...account, validFrom: Math.max(account.validFrom, validFrom) }))
  }

  return {
    create,
    byName,
    byIdentifier,
    change,
    setStatus,
    endAllBefore,
    get: (id: string): Promise<Account | undefined> => accounts.get(id),
    hasAdmin: async (): Promise<boolean> => (await accounts.first({ admin: true })) !== undefined,
    list: (page: PageRequest): Promise<Page<Account>> => accounts.list({}, page),
    verifyEmail: (id: string, email: string) =>
      change(id, account => (account.email === email ? { ...account, emailVerified: true } : undefined)),
  }
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
