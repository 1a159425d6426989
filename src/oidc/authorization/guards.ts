// Which guards a request passes: they follow from the client and from what it wants a token for.
import type { Guard } from '../../core/policy/resolve.ts'
import type { Config } from '../../lib/config/schema.ts'
import { consoleGuards } from '../consoles/console-clients.ts'
import { apiResource } from '../tokens/resources.ts'

/** @param resources the resource indicators (RFC 8707) that are asked for */
export function guardsOf(
  config: Pick<Config, 'issuer'>,
  clientId: string | undefined,
  resources: readonly string[] = [],
): readonly Guard[] {
  const own = (clientId === undefined ? undefined : consoleGuards(clientId)) ?? APPS
  // Beside the app's own, so that asking for the API is no way around what is set for apps.
  return resources.includes(apiResource(config)) ? [...own, 'api'] : own
}

const APPS: readonly Guard[] = ['apps']
