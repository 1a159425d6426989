// The consoles as clients of the provider. Nobody registers them and nothing of them is stored: they follow from the
// configuration, so that every process knows the same ones, an old store knows them too, and no command can break them.
import type { Config } from '../../lib/config/schema.ts'
import { sha256 } from '../../lib/ids.ts'
import { deriveKeys } from '../../lib/seal.ts'
import type { Guard } from '../../core/policy/resolve.ts'
import type { ClientRecord } from '../clients/client-record.ts'

export interface ConsoleKind {
  clientId: string
  /** Whose policy holds for it. */
  guards: readonly Guard[]
  /** Where its pages are. */
  path: string
}

export const ACCOUNT_CONSOLE = {
  clientId: 'latchkey-account',
  // For everybody who uses apps: it asks for no less than they do.
  guards: ['apps', 'account'],
  path: '/account',
} satisfies ConsoleKind

/** Where somebody comes back to who links a way to sign in that is elsewhere. */
export function linkReturnUrl(methodId: string): string {
  return `${ACCOUNT_CONSOLE.path}/security/${methodId}/link/return`
}

const CONSOLES: readonly ConsoleKind[] = [ACCOUNT_CONSOLE]

export function isConsole(clientId: string): boolean {
  return CONSOLES.some(console => console.clientId === clientId)
}

/** Undefined for what is no console. */
export function consoleGuards(clientId: string): readonly Guard[] | undefined {
  return CONSOLES.find(console => console.clientId === clientId)?.guards
}

export function callbackOf({ issuer }: Pick<Config, 'issuer'>, { path }: ConsoleKind): string {
  return `${issuer}${path}/callback`
}

/** What a console proves itself by. Each secret of the configuration makes one, and each is accepted, the newest first. */
export function consoleSecrets({ secrets }: Pick<Config, 'secrets'>, { clientId }: ConsoleKind): string[] {
  return deriveKeys(secrets, `client ${clientId}`).map(key => key.toString('base64url'))
}

/** Every console, as it would be stored. */
export function consoleClients(config: Config): Map<string, ClientRecord> {
  return new Map(CONSOLES.map(kind => [kind.clientId, recordOf(config, kind)]))
}

function recordOf(config: Config, kind: ConsoleKind): ClientRecord {
  return {
    id: kind.clientId,
    metadata: {
      client_name: `${config.name} account`,
      client_uri: config.issuer + kind.path,
      application_type: 'web',
      redirect_uris: [callbackOf(config, kind)],
      // It needs to know who is there, and nothing more: no refresh token.
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      first_party: true,
    },
    secrets: consoleSecrets(config, kind).map(secret => ({ hash: sha256(secret), createdAt: 0 })),
    createdAt: 0,
    updatedAt: 0,
  }
}
