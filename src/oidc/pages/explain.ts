// The error page speaks to two readers: the person, who did nothing wrong, and the app's developer, who has to see what
// was expected and what came. Only what the request itself said, or what the app registered, is shown.
import { errors, type ErrorOut, type KoaContextWithOIDC } from 'oidc-provider'
import type { Translate } from '../../lib/languages/language.ts'
import { Unavailable } from '../../storage/port.ts'

export interface Explained {
  heading: string
  message: string
  developer: { label: string; value: string }[]
  /** Whether the same request may go through when it is made again. */
  retry: boolean
}

/** What the developer reads is in English, as the errors of the protocols are. */
export function explain(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error, t: Translate): Explained {
  const client = ctx.oidc.client?.clientName
  const developer = [
    { label: 'Error', value: out.error },
    ...(out.error_description ? [{ label: 'Description', value: out.error_description }] : []),
    ...details(ctx, error),
  ]
  const retry = ctx.method === 'GET'
  if (error instanceof Unavailable) {
    return {
      heading: t('oidc:error.unavailable'),
      message: t('oidc:error.unavailable.message'),
      developer: [],
      retry,
    }
  }
  if (out.error === 'server_error') {
    return { heading: t('oidc:error.ours'), message: t('oidc:error.ours.message'), developer: [], retry }
  }
  if (error instanceof errors.SessionNotFound) {
    return {
      heading: t('oidc:error.closed'),
      message: t('oidc:error.closed.message'),
      developer,
      retry: false,
    }
  }
  return {
    heading: t('oidc:error.request'),
    message: client ? t('oidc:error.request.messageClient', { client }) : t('oidc:error.request.message'),
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
