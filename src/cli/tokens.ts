import type { Command } from 'commander'
import { revokeToken } from '../oidc/sessions/tokens.ts'
import { CommandError, UsageError } from './support/failure.ts'
import { ORIGIN, withStore } from './support/open.ts'
import { withJson, type JsonOption } from './support/options.ts'
import { print } from './support/print.ts'
import { readSecret } from './support/secret-input.ts'

const WORDS = {
  AccessToken: 'The access token',
  RefreshToken: 'The refresh token, with everything that was made from it,',
  ClientCredentials: 'The service’s access token',
}
/** A JWT: three parts, the first a JSON object (RFC 7519). */
const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

export function define(tokens: Command): void {
  withJson(tokens.command('revoke'))
    .argument('[token]', 'its value, which others on this machine may see while the command runs: --stdin hides it')
    .description('revoke an opaque token, a refresh token with everything that was made from it')
    .option('--stdin', 'read the value from the standard input')
    .action(revoke)
}

async function revoke(given: string | undefined, { json, stdin }: JsonOption & { stdin?: boolean }): Promise<void> {
  if ((given === undefined) !== (stdin === true)) throw new UsageError('Give the token, or --stdin, and not both.')
  const value = (given ?? (await readSecret())).trim()
  if (JWT.test(value)) {
    throw new CommandError('That is a JWT, which nobody can revoke: it ends by itself, within minutes.')
  }
  await withStore(async ({ store, events, live }) => {
    const kind = await revokeToken(store, events, live, value, ORIGIN)
    if (!kind) throw new CommandError('That is no live token of ours: it has expired, was revoked, or never was.')
    print(json, { kind, revoked: true }, () => `${WORDS[kind]} is revoked.`)
  })
}
