import { InvalidArgumentError, Option, type Command } from 'commander'
import { holdPolicy } from '../../core/policy/held.ts'
import { createPolicies } from '../../core/policy/policies.ts'
import { GUARDS, type Guard } from '../../core/policy/resolve.ts'
import { settingNames } from '../../core/policy/settings.ts'
import { parseDuration } from '../../lib/config/kinds.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { isConsole } from '../../oidc/consoles/console-clients.ts'
import { CommandError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { withStore } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { debugLogin } from './login.ts'
import { ASKED_FOR, DEVICES } from './login-start.ts'
import { guardsNamed, shownSetting } from '../policy/options.ts'
import { print, table } from '../support/print.ts'

interface PolicyOptions extends JsonOption {
  client: string
  email?: string
  guard?: Guard
}

export function define(debug: Command): void {
  withJson(debug.command('policy'))
    .description('print every setting that holds for a sign-in, and where it comes from')
    .requiredOption('--client <id>', 'the app')
    .option('--email <name>', 'the person, by address, username or id; nobody with a role when not given')
    .addOption(guardOption())
    .action(policy)
  withJson(debug.command('login'))
    .description('print, step by step, what a sign-in would ask of a person, and why; nobody is signed in')
    .requiredOption('--email <name>', 'the person, by address, username or id')
    .option('--client <id>', 'the app; one that is trusted when not given')
    .option('--acr <value...>', 'levels of which the app insists on one')
    .option('--max-age <duration>', 'the oldest proof that the app takes, as 10m or in seconds', parseAge)
    .addOption(new Option('--prompt <prompt...>', 'what the app asks for').choices(ASKED_FOR))
    .option('--session <uid>', 'a session that the browser has: see `latchkey sessions list`')
    .option('--user-agent <text>', 'what the browser of the session calls itself now')
    .option('--address <address>', 'where the browser of the session is now')
    .addOption(
      new Option('--device <device>', 'how the device is known to the account').choices(DEVICES).default('new'),
    )
    .addOption(guardOption())
    .addHelpText('after', '\nThe person is taken to do each time what is offered first.')
    .action(debugLogin)
}

function guardOption(): Option {
  return new Option('--guard <guard>', 'a guard that holds beside the one of the app').choices(GUARDS)
}

function parseAge(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= 0) return seconds
  throw new InvalidArgumentError('Expected a duration, such as 600 or 10m.')
}

function policy({ client: clientId, email, guard, json }: PolicyOptions): Promise<void> {
  return withStore(async ({ config, store, accounts }) => {
    if (!isConsole(clientId) && !(await findClient(store, clientId))) {
      throw new CommandError(`There is no client with the id ${clientId}.`)
    }
    const roles = email === undefined ? [] : (await accountNamed(accounts, email)).roles
    const held = holdPolicy(createPolicies(store), config)
    await held.read()
    const guards = guardsNamed(config, clientId, guard)
    const { settings, sources } = held.resolve({ guards, clientId, roles })
    print(json, { guards, clientId, roles, settings, sources }, () => {
      const rows = settingNames.map(name => [name, shownSetting(name, settings[name]), sources[name]])
      return table(['setting', 'value', 'from'], rows)
    })
  })
}
