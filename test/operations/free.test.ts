// What is not asked for is not there: its libraries are not even loaded.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { startCollector } from '../support/collector.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('measuring and tracing', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server?.close())

  async function loaded(env: Record<string, string>): Promise<string[]> {
    const script = join(import.meta.dirname, 'loaded.ts')
    const all = { PATH: process.env.PATH, ...server.env, LATCHKEY_PORT: '0', ...env }
    return JSON.parse((await promisify(execFile)(process.execPath, [script], { env: all })).stdout) as string[]
  }

  it('load nothing where neither a port nor an endpoint is configured', async () => {
    expect(await loaded({})).to.deep.equal([])
  })

  it('load what is asked for', async () => {
    expect(await loaded({ LATCHKEY_MANAGEMENT_PORT: '0' })).to.deep.equal(['prom-client', '@opentelemetry/api'])
    const collector = await startCollector()
    const names = await loaded({ LATCHKEY_OTLP_ENDPOINT: collector.url })
    await collector.close()
    expect(names).to.include('@opentelemetry/exporter-trace-otlp-http').and.to.not.include('prom-client')
  })
})
