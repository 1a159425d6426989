// A process that disables accounts by the function that the command line uses, until it is killed: it is told ids, and
// answers each when it is done.
import { createAccounts } from '../../src/core/accounts/accounts.ts'
import { createEvents } from '../../src/core/events/events.ts'
import { createLogouts } from '../../src/core/sessions/logouts.ts'
import { createLiveCounts } from '../../src/core/metrics/live-counts.ts'
import { createSignIns } from '../../src/core/sessions/signins.ts'
import { loadConfig } from '../../src/lib/config/load.ts'
import { closeAccount } from '../../src/oidc/sessions/account-status.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { createSessions } from '../../src/oidc/sessions/sessions.ts'
import { openStore } from '../../src/storage/open.ts'

const config = loadConfig()
const store = await openStore(config.store, declarations)
const events = createEvents(store, config)
const accounts = createAccounts(store)
const signIns = createSignIns(store)
const logouts = createLogouts(store)
const sessions = createSessions({ store, accounts, signIns, logouts, events, live: createLiveCounts(store) })

process.on('message', (id: string) => {
  void disable(id).then(() => process.send!(id))
})
process.send!('ready')

async function disable(id: string): Promise<void> {
  const account = (await accounts.get(id))!
  await closeAccount({ accounts, events, sessions }, account, { by: 'admin' }, { actor: 'test' })
}
