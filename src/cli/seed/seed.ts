import { InvalidArgumentError, type Command } from 'commander'
import { loadConfig } from '../../lib/config/load.ts'
import { newSecret } from '../../lib/ids.ts'
import { newPassword } from '../../methods/password/rules.ts'
import { CommandError } from '../support/failure.ts'
import { withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print } from '../support/print.ts'
import { passwordIn, withPassword, type PasswordOptions } from '../support/secret-input.ts'
import { seedPeople } from './people.ts'

const ABOUT = `
They are test1@example.com, test2@example.com and so on, with verified addresses, the usernames
test1, test2 and so on, and one password for all: yours, or one that is made up and printed.
Who is there already stays as they are. No audit entries are written.`

export function define(seed: Command): void {
  withPassword(withJson(seed).requiredOption('--users <number>', 'how many there are to be', parseCount))
    .addHelpText('after', ABOUT)
    .action(run)
}

async function run(options: JsonOption & PasswordOptions & { users: number }): Promise<void> {
  const { env } = loadConfig()
  if (env === 'production') throw new CommandError('Test people are not made in production (LATCHKEY_ENV).')
  const password = (await passwordIn(options)) ?? newSecret()
  await withStore(async opened => {
    const { hash } = await newPassword(opened, password, {})
    const made = await seedPeople(opened.store, options.users, hash)
    const known = options.users - made
    print(options.json, { users: options.users, made, ...(made > 0 ? { password } : {}) }, () => {
      const there = known > 0 ? `; ${known} were there already, with the password that they have` : ''
      return `${made} test people made${there}.${made > 0 ? `\npassword  ${password}` : ''}`
    })
  })
}

function parseCount(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || number < 1 || number > 10_000_000) {
    throw new InvalidArgumentError('Expected a whole number from 1 to 10000000.')
  }
  return number
}
