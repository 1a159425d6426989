// The error page speaks to two readers: the person, who did nothing wrong, and the app's developer, who has to see what
// was expected and what came. Only what the request itself said, or what the app registered, is shown.
import { errors, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider'
import { Unavailable } from '../../storage/port.ts'

export interface Explained {
  heading: string
  message: string
  developer: { label: string; value: string }[]
  /** Whether the same request may go through when it is made again. */
  retry: boolean
}

export function explain(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Explained {
  const app = ctx.oidc.client?.clientName ?? 'The app'
  const developer = [
    { label: 'Error', value: out.error },
    ...(out.error_description ? [{ label: 'Description', value: out.error_description }] : []),
    ...details(ctx, error),
  ]
  const retry = ctx.method === 'GET'
  if (error instanceof Unavailable) {
    const message = 'We cannot reach our records. Nothing was lost; try again in a moment.'
    return { heading: 'Not available right now', message, developer: [], retry }
  }
  if (out.error === 'server_error') {
    const message = 'This is our fault. Try again in a moment.'
    return { heading: 'Something went wrong here', message, developer: [], retry }
  }
  if (error instanceof errors.SessionNotFound) {
    return {
      heading: 'This sign-in is no longer open',
      message:
        'It took too long, was finished in another tab, or your browser did not keep its cookie. Go back to the app and sign in again.',
      developer,
      retry: false,
    }
  }
  return {
    heading: 'This link to sign in does not work',
    message: `${app} sent a request that we can't accept. You did nothing wrong: go back and try again, or tell the people who run the app.`,
    developer,
    retry: false,
  }
}

function details(ctx: KoaContextWithOIDC, error: Error): Explained['developer'] {
  const { oidc } = ctx
  const params = (oidc.params ?? ctx.query) as Record<string, unknown>
  const client = oidc.client
  if (error instanceof errors.InvalidRedirectUri && client) {
    return [
      { label: 'redirect_uri that came', value: shown(params.redirect_uri) },
      {
        label: 'What is expected',
        value: 'exactly one of the redirect URIs that this client registered, character for character',
      },
      { label: 'Client', value: client.clientId },
    ]
  }
  if (error instanceof errors.InvalidClient && !client) {
    return [
      { label: 'client_id that came', value: shown(params.client_id) },
      { label: 'What is expected', value: 'the client_id of a registered client' },
    ]
  }
  return client ? [{ label: 'Client', value: client.clientId }] : []
}

function shown(value: unknown): string {
  if (value === undefined) return 'none'
  return typeof value === 'string' ? value.slice(0, 500) : 'several, or not a text'
}
