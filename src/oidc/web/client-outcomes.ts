import type { Context } from 'koa'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import { OTHER } from '../../lib/metrics/instruments.ts'

/** So many clients are told apart. More of them would make a scrape that nobody can store. */
const MAX_CLIENTS = 500

const ENDPOINTS = new Set([
  'authorization',
  'resume',
  'token',
  'userinfo',
  'introspection',
  'revocation',
  'pushed_authorization_request',
  'end_session',
])

/** What a request of a client came to, where it was neither answered well nor an error of ours. */
export function noteOutcome(ctx: { state: object }, outcome: string): void {
  ;(ctx.state as { outcome?: string }).outcome = outcome
}

/** Counts each answer of a protocol endpoint by client, endpoint and outcome: `success`, `interaction`, or the error's name. */
export function countClientOutcomes(metrics: Metrics): (ctx: Context) => void {
  const requests = metrics.counter({
    name: 'latchkey_client_requests_total',
    help: 'Requests of apps, by client, endpoint and outcome (success, interaction, or the OAuth error).',
    labels: ['client', 'endpoint', 'outcome'],
    maxSeries: MAX_CLIENTS * 20,
  })
  const clients = new Set<string>()

  function labelOf(clientId: string | undefined): string {
    if (clientId === undefined) return 'unknown'
    if (clients.has(clientId)) return clientId
    if (clients.size >= MAX_CLIENTS) return OTHER
    clients.add(clientId)
    return clientId
  }

  return ctx => {
    const { oidc } = ctx
    const endpoint: unknown = oidc?.route
    if (typeof endpoint !== 'string' || !ENDPOINTS.has(endpoint)) return
    const { outcome = ctx.status >= 500 ? 'server_error' : 'success' } = ctx.state as { outcome?: string }
    requests.with(labelOf(oidc.client?.clientId as string | undefined), endpoint, outcome).value++
  }
}
