// The management port of several workers: the primary's, for all of them.
import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { once } from 'node:events'
import { expect } from 'chai'
import { startChild, type Child } from '../support/child.ts'
import { freePort } from '../support/ports.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('the management port of two workers', () => {
  let server: TestServer
  let child: Child
  let base: string

  before(async () => {
    server = await startServer()
    const port = await freePort()
    base = `http://127.0.0.1:${port}`
    child = await startChild({
      ...server.env,
      LATCHKEY_PORT: '0',
      LATCHKEY_LOG_LEVEL: 'info',
      LATCHKEY_WORKERS: '2',
      LATCHKEY_MANAGEMENT_PORT: String(port),
    })
  })
  after(async () => {
    await child?.stop()
    await server?.close()
  })

  /** Each on a connection of its own, so that all workers get some. */
  async function ask(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      const [answer] = await once(get(`${child.issuer}/jwks`, { agent: new Agent() }), 'response')
      answer.resume()
      await once(answer, 'end')
    }
  }
  async function asked(): Promise<number> {
    const text = await (await fetch(`${base}/metrics`)).text()
    const series = 'latchkey_http_request_duration_seconds_count{route="/jwks",method="GET",status="200"}'
    return Number(
      text
        .split('\n')
        .find(line => line.startsWith(series))
        ?.split(' ')[1],
    )
  }

  it('adds up what each of them counted', async () => {
    await ask(20)
    expect(await asked()).to.equal(20)
  })

  it('answers health by asking them, and knows no other address', async () => {
    for (const path of ['/healthz', '/readyz', '/health/auth/login', '/health/tokens'])
      expect((await fetch(base + path)).status, path).to.equal(200)
    const tokens = (await (await fetch(`${base}/health/tokens`)).json()) as { checks: object }
    expect(tokens.checks).to.have.property('signing')
    expect((await fetch(`${base}/health/nothing`)).status).to.equal(404)
  })

  it('shows process metrics once, for all', async () => {
    const text = await (await fetch(`${base}/metrics`)).text()
    expect(text.match(/^process_resident_memory_bytes /gm)).to.have.length(1)
    expect(text.match(/^nodejs_eventloop_lag_p99_seconds /gm)).to.have.length(1)
    expect(text).to.not.match(/ NaN$/m)
  })

  it('never counts backwards when one dies', async function () {
    if (process.platform !== 'linux') this.skip()
    const { pid } = child.process
    const workers = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number)
    expect(workers).to.have.length(2)
    await ask(10)
    const before = await asked()
    process.kill(workers[0]!, 'SIGKILL')
    for (const _ of [1, 2, 3]) expect(await asked()).to.be.at.least(before)
    await ask(10)
    expect(await asked()).to.equal(before + 10)
  })
})
