// The management port: metrics and health, for whoever runs Latchkey. Nothing of it is on the port that people reach.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import type { Health } from './health/check.ts'

/** Who answers: the server itself, or a primary for its workers. */
export interface ManagementSource {
  metrics(): Promise<{ contentType: string; text: string }>
  /** Undefined for an address that is no health. */
  health(path: string): Promise<Health | undefined>
}

export interface ManagementPort {
  port: number
  close(): Promise<void>
}

/** Undefined where none was asked for. @throws Error of listening, with the `setting` that would mend it */
export async function openManagementPort(
  source: ManagementSource,
  { managementPort, managementHost }: Pick<Config, 'managementPort' | 'managementHost'>,
  log: Log,
): Promise<ManagementPort | undefined> {
  if (managementPort === undefined) return undefined
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return json(response, 405, { status: 'refused', problem: 'only GET is answered here' })
    }
    const path = request.url?.split('?', 1)[0] ?? '/'
    answer(path, response).catch((error: unknown) => {
      log.error({ err: error, path }, 'the management port could not answer')
      json(response, 500, { status: 'unavailable', problem: 'see the log' })
    })
  })

  async function answer(path: string, response: ServerResponse): Promise<void> {
    if (path === '/metrics') {
      const { contentType, text } = await source.metrics()
      response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(text)
      return
    }
    const health = await source.health(path)
    if (health) json(response, health.status === 'ok' ? 200 : 503, health)
    else json(response, 404, { status: 'refused', problem: 'there is /metrics, /healthz, /readyz and /health/AREA' })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(Object.assign(error, { setting: 'LATCHKEY_MANAGEMENT_PORT' })))
    server.listen({ port: managementPort, host: managementHost }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body))
}
