import { Option, type Command } from 'commander'
import { holdPolicy } from '../core/policy/held.ts'
import { createPolicies } from '../core/policy/policies.ts'
import { GUARDS, type Guard } from '../core/policy/resolve.ts'
import { settingNames } from '../core/policy/settings.ts'
import { findClient } from '../oidc/clients/client-record.ts'
import { isConsole } from '../oidc/consoles/console-clients.ts'
import { CommandError } from './support/failure.ts'
import { accountNamed } from './support/named.ts'
import { withStore } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { debugLogin } from './debug-login.ts'
import { shownSetting } from './policy-options.ts'
import { print, table } from './support/print.ts'

interface PolicyOptions extends JsonOption {
  client: string
  email?: string
  guard: Guard
}

export function define(debug: Command): void {
  withJson(debug.command('policy'))
    .description('print every setting that holds for a sign-in, and where it comes from')
    .requiredOption('--client <id>', 'the app')
    .option('--email <name>', 'the person, by address, username or id; nobody with a role when not given')
    .addOption(new Option('--guard <guard>', 'what is signed in to').choices(GUARDS).default('apps'))
    .action(policy)
  withJson(debug.command('login'))
    .description('print, step by step, what a sign-in would ask of a person, and why; nobody is signed in')
    .requiredOption('--email <name>', 'the person, by address, username or id')
    .option('--client <id>', 'the app; one that is trusted when not given')
    .option('--acr <value...>', 'levels of which the app insists on one')
    .addOption(new Option('--guard <guard>', 'what is signed in to').choices(GUARDS).default('apps'))
    .addHelpText('after', '\nThe device is taken to be new, and the person to do each time what is offered first.')
    .action(debugLogin)
}

function policy({ client: clientId, email, guard, json }: PolicyOptions): Promise<void> {
  return withStore(async ({ config, store, accounts }) => {
    if (!isConsole(clientId) && !(await findClient(store, clientId))) {
      throw new CommandError(`There is no client with the id ${clientId}.`)
    }
    const roles = email === undefined ? [] : (await accountNamed(accounts, email)).roles
    const held = holdPolicy(createPolicies(store), config)
    await held.read()
    const { settings, sources } = held.resolve({ guard, clientId, roles })
    print(json, { guard, clientId, roles, settings, sources }, () => {
      const rows = settingNames.map(name => [name, shownSetting(name, settings[name]), sources[name]])
      return table(['setting', 'value', 'from'], rows)
    })
  })
}
