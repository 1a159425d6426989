// Traces, as a collector receives them.
import { join } from 'node:path'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { startChild } from '../support/child.ts'
import { startCollector, type Collector, type ReceivedSpan } from '../support/collector.ts'
import { authorization, signInForTokens, signUp, tokenRequest } from '../support/flow.ts'
import { startReceiver } from '../support/receiver.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const CALLER = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', span: '00f067aa0ba902b7' }
const TRACEPARENT = `00-${CALLER.trace}-${CALLER.span}-01`

describe('traces', () => {
  let collector: Collector
  let spans: ReceivedSpan[]
  let client: ClientView
  let email: string
  const secrets: string[] = []
  const seen: Record<string, string> = {}

  /** A whole day of one server: what it did is read when it has ended, and so sent everything. */
  before(async () => {
    collector = await startCollector()
    const server = await startServer({
      env: {
        LATCHKEY_OTLP_ENDPOINT: collector.url,
        LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
        LATCHKEY_ALLOW_NETWORKS: '127.0.0.1',
      },
    })
    await work(server)
    await server.close()
    spans = collector.spans
  })
  after(() => collector?.close())

  async function work(server: TestServer): Promise<void> {
    const receiver = await startReceiver()
    client = await server.register('web', { backchannel_logout_uri: `${receiver.url}/told?key=of-the-app` })
    const service = await server.register('service')
    email = (await server.person()).email
    const { tokens, visitor } = await signInForTokens(server, client, email)
    await tokenRequest(server, service, { grant_type: 'client_credentials' })
    const answer = await fetch(`${server.issuer}/token`, { method: 'POST', headers: { traceparent: TRACEPARENT } })
    seen.requestId = answer.headers.get('x-request-id')!
    const newcomer = new Visitor(server.issuer)
    await signUp(newcomer, await newcomer.open(authorization(server, client).url), { email: 'new@example.com' })
    await server.app.postbox.settled()
    const told = receiver.next()
    const asked = await visitor.open(
      `${server.issuer}/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`,
    )
    await visitor.submit(asked, '/logout/confirm', { logout: 'yes' })
    await told
    await visitor.open(`${server.issuer}/nowhere?code=in-a-query`)
    secrets.push(tokens.access_token, tokens.id_token, client.client_secret!, PASSWORD, email, 'new@example.com')
    secrets.push('in-a-query', 'of-the-app')
    await receiver.close()
  }

  const named = (name: string) => spans.filter(span => span.name === name)
  const childrenOf = ({ spanId }: ReceivedSpan) => spans.filter(({ parentSpanId }) => parentSpanId === spanId)

  it('go to the endpoint’s /v1/traces, under the name of the service', () => {
    expect(new Set(collector.paths)).to.deep.equal(new Set(['/v1/traces']))
    expect(collector.resource).to.include({ 'service.name': 'latchkey' })
  })

  it('have one span for each request, named by its route, never by its address', () => {
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    const names = new Set(roots.map(({ name }) => name))
    expect([...names]).to.include.members([
      'GET /authorize',
      'POST /signin/:uid/identify',
      'POST /signin/:uid/prove/password',
      'POST /token',
      'GET other',
    ])
    for (const name of names) expect(name).to.match(/^(GET|POST) [/a-z:_.-]+$/)
  })

  it('tell method, route, status and client of a request', () => {
    expect(named('POST /token')[0]!.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'http.route': '/token',
      'http.response.status_code': 200,
      'latchkey.client_id': client.client_id,
    })
  })

  it('show the store’s calls and the hash under the request that waits for them', () => {
    const [proof] = named('POST /signin/:uid/prove/password')
    const steps = childrenOf(proof!).map(({ name }) => name)
    expect(steps).to.include.members(['attempts.get', 'counters.upsert', 'credentials.get', 'password verify'])
    expect(named('attempts.get')[0]!.attributes).to.deep.equal({
      'db.collection.name': 'attempts',
      'db.operation.name': 'get',
    })
    const [signup] = named('POST /signin/:uid/signup')
    expect(childrenOf(signup!).map(({ name }) => name)).to.include.members(['password hash', 'outbox.insert'])
  })

  it('show an outgoing call by where it went, without path or query', () => {
    const [call] = spans.filter(({ attributes }) => attributes['server.address'] === '127.0.0.1')
    expect(call).to.include({ name: 'POST', failed: false })
    expect(call!.attributes).to.include({ 'http.request.method': 'POST' })
    expect(call!.attributes['url.full']).to.match(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('belong to the trace of a caller behind a trusted proxy, whose id is then the request’s', () => {
    const [refused] = spans.filter(({ parentSpanId }) => parentSpanId === CALLER.span)
    expect(refused).to.include({ traceId: CALLER.trace, name: 'POST /token' })
    expect(seen.requestId).to.equal(CALLER.trace)
  })

  it('hold no secret, no address of a person, and no query', () => {
    for (const secret of secrets) expect(collector.raw, secret).to.not.include(secret)
  })

  it('carry the id that is on the error page and in the log; a stranger cannot choose it', async () => {
    const server = await startServer()
    const child = await startChild({
      ...server.env,
      LATCHKEY_PORT: '0',
      LATCHKEY_LOG_LEVEL: 'info',
      LATCHKEY_LOG_FILE: join(server.env.LATCHKEY_DATA_DIR!, 'traced.log'),
      LATCHKEY_OTLP_ENDPOINT: collector.url,
    })
    try {
      const app = await server.register('web')
      const visitor = new Visitor(child.issuer)
      const page = await visitor.open(authorization(child, app, { redirect_uri: 'https://evil.example/' }).url)
      const traceId = page.headers.get('x-request-id')!
      expect(traceId).to.match(/^[0-9a-f]{32}$/)
      expect(page.html).to.include(traceId)
      const stranger = await fetch(`${child.issuer}/token`, { method: 'POST', headers: { traceparent: TRACEPARENT } })
      expect(stranger.headers.get('x-request-id'))
        .to.match(/^[0-9a-f]{32}$/)
        .and.to.not.equal(CALLER.trace)
      await child.stop()
      expect(child.log().filter(line => line['trace.id'] === traceId)).to.have.length(1)
      expect(collector.spans.filter(span => span.traceId === traceId && !span.parentSpanId)).to.have.length(1)
    } finally {
      await child.stop()
      await server.close()
    }
  })

  it('are few where few are asked for, but for callers who decide themselves', async () => {
    const few = await startCollector()
    const server = await startServer({
      env: {
        LATCHKEY_OTLP_ENDPOINT: few.url,
        LATCHKEY_TRACE_PERCENT: '1',
        LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,::1',
      },
    })
    const ask = (headers: Record<string, string> = {}) => fetch(`${server.issuer}/jwks`, { headers })
    for (let times = 0; times < 50; times += 1) await ask()
    await ask({ traceparent: TRACEPARENT })
    await server.close()
    await few.close()
    const own = few.spans.filter(({ parentSpanId, traceId }) => !parentSpanId && traceId !== CALLER.trace)
    // Of 50 at one in a hundred, 25 or more come less often than once in 10^36 runs.
    expect(own.length).to.be.below(25)
    expect(few.spans.filter(({ parentSpanId }) => parentSpanId === CALLER.span)).to.have.length(1)
  })
})
