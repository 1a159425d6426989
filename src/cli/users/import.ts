// `latchkey users import`: people from elsewhere, with the passwords that they have there.
import { InvalidArgumentError, type Command } from 'commander'
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { FirebaseProject } from '../../core/passwords/foreign/firebase.ts'
import { CommandError } from '../support/failure.ts'
import { readPerson, UnfitLine, type Person } from '../support/imported-person.ts'
import { addAccount } from '../support/add-account.ts'
import { withStore, type Opened } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print } from '../support/print.ts'
import { Refused } from '../../lib/errors.ts'
import { storeForeignHash } from '../../methods/password/set.ts'

interface ImportOptions extends JsonOption {
  firebase?: FirebaseProject
}

interface Failure {
  line: number
  message: string
}

const ABOUT = `
The file has one JSON object a line:
  {"email":"ann@example.com","username":"ann","name":"Ann","verified":true,"roles":["editor"],
   "passwordHash":"$2b$12$…"}
Only the address is needed. passwordHash may be of bcrypt, argon2, scrypt, PBKDF2 (as Django, Werkzeug or passlib
write it), SHA-crypt, phpass or LDAP ({SSHA} and its kin); an object with Keycloak's secretData and
credentialData; or, with a "salt" beside it and --firebase, Firebase's. At their first sign-in it is replaced
by one of ours. A line that cannot be taken changes nothing, and the others are taken all the same: mend it,
and import the same file again.`

/** As many lines as are taken at once: they share the store's commits. */
const AT_ONCE = 50
/** Characters. */
const LONGEST = 20_000

export function defineImport(users: Command): void {
  withJson(users.command('import <file>'))
    .description('bring in people from a file, with the hashes of their passwords')
    .option('--firebase <file>', 'the hash parameters of the Firebase project that the hashes are from', readProject)
    .addHelpText('after', ABOUT)
    .action(run)
}

function run(file: string, { json, firebase }: ImportOptions): Promise<void> {
  return withStore(async opened => {
    const failures: Failure[] = []
    let made = 0
    for await (const batch of batchesOf(file)) {
      const outcomes = await Promise.all(batch.map(([line, text]) => take(opened, line, text, firebase)))
      failures.push(...outcomes.filter(outcome => outcome !== undefined))
      made += outcomes.filter(outcome => outcome === undefined).length
    }
    print(json, { made, failed: failures }, () => {
      const told = failures.map(({ line, message }) => `line ${line}: ${message}`)
      const rest = failures.length > 0 ? `, ${failures.length} not:` : '.'
      return [`${made} brought in${rest}`, ...told].join('\n')
    })
    if (failures.length > 0) process.exitCode = 1
  })
}

/** @returns what was wrong with it */
async function take(
  opened: Opened,
  line: number,
  text: string,
  firebase: FirebaseProject | undefined,
): Promise<Failure | undefined> {
  try {
    await add(opened, readPerson(text, firebase))
    return undefined
  } catch (error) {
    if (error instanceof UnfitLine) return { line, message: error.message }
    if (error instanceof Refused) return { line, message: `${error.field}: ${error.hint}` }
    throw error
  }
}

async function add(opened: Opened, { hash, ...wanted }: Person): Promise<void> {
  // Looked for first, so that a file that is brought in again leaves no entries of accounts that never were.
  if (await opened.accounts.byIdentifier(wanted.email)) {
    throw new Refused('email.taken', { field: 'email', hint: 'An account with this address exists already.' })
  }
  await addAccount(opened, wanted, async id => {
    if (hash) await storeForeignHash(opened, id, hash)
  })
}

/** The lines with their numbers, the empty ones left out. @throws CommandError for a file that cannot be read */
async function* batchesOf(file: string): AsyncGenerator<[number, string][]> {
  let batch: [number, string][] = []
  let number = 0
  try {
    for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      number++
      if (text.trim() === '') continue
      batch.push([number, text.slice(0, LONGEST)])
      if (batch.length < AT_ONCE) continue
      yield batch
      batch = []
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!code || !/^E[A-Z]+$/.test(code)) throw error
    throw new CommandError(`${file}: expected a file of JSON lines, got ${code}`)
  }
  if (batch.length > 0) yield batch
}

const projectSchema = z.object({
  base64_signer_key: z.base64(),
  base64_salt_separator: z.base64(),
  rounds: z.int(),
  mem_cost: z.int(),
})

function readProject(file: string): FirebaseProject {
  try {
    return projectSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new InvalidArgumentError(
      'Expected a JSON file with base64_signer_key, base64_salt_separator, rounds and mem_cost.',
    )
  }
}
