// The pages of ours, each surface with what it needs of the domain.
import type { RequestListener } from 'node:http'
import type Router from '@koa/router'
import type Provider from 'oidc-provider'
import { accountRoutes } from '../account/routes.ts'
import { setupRoutes } from '../admin/setup.ts'
import { createConsoleLogins } from '../core/consoles/logins.ts'
import { createConsoleSessions } from '../core/consoles/sessions.ts'
import type { Views } from '../lib/views.ts'
import { ACCOUNT_CONSOLE } from '../oidc/consoles/console-clients.ts'
import { createConsole } from '../oidc/consoles/console.ts'
import { closeAccount } from '../oidc/sessions/account-status.ts'
import type { Jumps } from '../oidc/sessions/jumps.ts'
import type { Sessions } from '../oidc/sessions/sessions.ts'
import { givePass } from '../signin/links/pass.ts'
import { outlastReset } from '../signin/steps/prove.ts'
import { signInRouters } from '../signin/routes.ts'
import type { Store } from '../storage/port.ts'
import type { Domain } from './domain.ts'

interface Ground extends Domain {
  store: Store
  views: Views
  sessions: Sessions
  jumps: Jumps
  provider: () => Provider
  /** The whole server, for a console to call as any other relying party would. */
  handler: () => RequestListener
}

export function createSurfaces(ground: Ground): Router[] {
  const { store, sessions } = ground
  const console = createConsole(
    { ...ground, consoleSessions: createConsoleSessions(store), consoleLogins: createConsoleLogins(store) },
    ACCOUNT_CONSOLE,
  )
  return [
    ...signInRouters({
      ...ground,
      endSession: (uid, origin) => sessions.end(uid, 'other_account', origin),
      endEverywhere: sessions.endEverywhere,
    }),
    setupRoutes(ground),
    accountRoutes({
      ...ground,
      console,
      endSessions: (accountId, origin) => sessions.endAll(accountId, 'address_restored', origin),
      closeAccount: (account, ending, origin) => closeAccount(ground, account, ending, origin),
      endEverywhere: (accountId, origin) => sessions.endEverywhere(accountId, 'password_changed', origin),
      endProvenBy: sessions.endProvenBy,
      async signInAnew(ctx, { id: accountId }, proofs) {
        const account = await ground.accounts.get(accountId)
        if (account) await outlastReset(account)
        await givePass(ground, ctx, { accountId, clientId: ACCOUNT_CONSOLE.clientId, proofs })
      },
    }),
  ]
}
