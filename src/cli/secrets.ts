import type { Command } from 'commander'
import { createSealer } from '../lib/seal.ts'
import { resealAll } from '../oidc/keys/sealed.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print } from './support/print.ts'

const PROCEDURE = `
To change the secret:
  1. Put the new one first in LATCHKEY_SECRETS, the old one behind it, everywhere.
  2. Restart the servers: from now on they seal by the new one, and open by both.
  3. latchkey secrets rotate
  4. Take the old one out, and restart. Cookies that it signed and that were not
     used since step 2 count no longer: their owners sign in again.
Steps 1 and 2 come first: a server without the new secret cannot open what is sealed by it.`

export function define(secrets: Command): void {
  withJson(secrets.command('rotate'))
    .description('seal everything in the store anew, by the first of LATCHKEY_SECRETS, while servers run')
    .addHelpText('after', PROCEDURE)
    .action(rotate)
}

function rotate({ json }: JsonOption): Promise<void> {
  return withStore(async ({ config, store, events }) => {
    const fields = await resealAll(store, createSealer(config.secrets))
    // Also when nothing was left to do: an earlier run may have been broken off before it came to this.
    await events.emit({ type: 'secrets.rotated', ...ORIGIN, details: { fields } })
    print(json, { fields }, () => {
      const done = fields === 1 ? 'One field was sealed anew' : `${fields} fields were sealed anew`
      return `${done}: everything is under the first secret.${config.secrets.length > 1 ? ' The others can go.' : ''}`
    })
  })
}
