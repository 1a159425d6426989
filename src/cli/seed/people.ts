// Test people by the thousand, the same ones each time.
import { accountDeclaration, type Account } from '../../core/accounts/account.ts'
import { credentialDeclaration, onlyCredentialId, type Credential } from '../../core/credentials.ts'
import { Conflict, type Collection, type Store } from '../../storage/port.ts'

const GIVEN = 'Ada Ben Cleo Dan Eve Finn Gia Hugo Ida Jon Kim Leo Mia Noa Ola Pia Quin Rosa Sam Tara'.split(' ')
const FAMILY = 'Abel Berg Cole Diaz Evans Frey Gross Hall Ivers Jones Klein Lopez Moser Nowak Ortiz Park'.split(' ')

/** As many as one write of the store may hold up others for. */
const BATCH = 500

interface Person {
  account: Account
  credential: Credential
}

/** Makes the first `count` test people, but for those that are there. @returns how many were made */
export async function seedPeople(store: Store, count: number, passwordHash: string): Promise<number> {
  const accounts = store.collection(accountDeclaration)
  const credentials = store.collection(credentialDeclaration)
  let made = 0
  for (let first = 1; first <= count; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - first + 1) }, (_, at) => first + at)
    const people = numbers.map(number => personOf(number, passwordHash))
    try {
      // The password first: without its account it is nothing.
      await credentials.insertMany(people.map(({ credential }) => credential))
      await accounts.insertMany(people.map(({ account }) => account))
      made += people.length
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      const news = await Promise.all(people.map(person => addIfNew(accounts, credentials, person)))
      made += news.filter(Boolean).length
    }
  }
  return made
}

/** In a batch that met somebody: one by one, and what a broken-off run has left is taken over. */
async function addIfNew(
  accounts: Collection<Account>,
  credentials: Collection<Credential>,
  { account, credential }: Person,
): Promise<boolean> {
  const known = await accounts.get(account.id)
  // Not every store takes a batch back: it may be of this very run.
  if (known) return known.createdAt === account.createdAt
  await credentials.upsert(credential.id, () => credential)
  try {
    await accounts.insert(account)
    return true
  } catch (error) {
    if (!(error instanceof Conflict)) throw error
    // Somebody else has the address or the username.
    await credentials.remove(credential.id)
    return false
  }
}

/** The test person of that number, from 1. */
export function personOf(number: number, hash: string): Person {
  const now = Date.now()
  // In the order of making, not at random: three times as fast, as the index grows at its end alone.
  const id = `test-${String(number).padStart(8, '0')}`
  const [given, family] = [GIVEN[number % GIVEN.length]!, FAMILY[number % FAMILY.length]!]
  const account: Account = {
    id,
    email: `test${number}@example.com`,
    emailVerified: true,
    username: `test${number}`,
    profile: { name: `${given} ${family}`, given_name: given, family_name: family },
    roles: [],
    status: 'active',
    validFrom: Math.floor(now / 1000),
    createdAt: now,
    updatedAt: now,
  }
  const credential: Credential = {
    id: onlyCredentialId('password', id),
    accountId: id,
    method: 'password',
    data: { hash },
    createdAt: now,
    updatedAt: now,
  }
  return { account, credential }
}
