// The dashboard and the alerts, asked of a real Prometheus that scrapes a running server.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parse } from 'yaml'
import { runJob } from '../../src/jobs/scheduler.ts'
import { createLog } from '../../src/lib/log.ts'
import { authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { authorization, signIn, signInForTokens, signUp, tokenRequest } from '../support/flow.ts'
import { findPrometheusOrSkip, MONITORING, startPrometheus, type Prometheus } from '../support/prometheus.ts'
import { startReceiver } from '../support/receiver.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

interface Panel {
  title: string
  targets?: { expr: string }[]
}

const read = (name: string) => readFileSync(join(MONITORING, name), 'utf8')
const dashboard = JSON.parse(read('dashboard.json')) as { panels: Panel[] }
const alerts = (parse(read('alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
/** What Grafana puts there. */
const asked = (expr: string) => expr.replaceAll('$__rate_interval', '30s')

describe('monitoring by a real Prometheus', () => {
  let server: TestServer
  let prometheus: Prometheus
  let promtool: string
  /** The end of the traffic: rates look back from there, however long all the questions take. Epoch seconds. */
  let at: number

  before(async function () {
    const found = findPrometheusOrSkip(this)
    promtool = found.promtool
    server = await startServer({ env: { LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_PASSWORD_FAILURES: '2' } })
    prometheus = await startPrometheus(found.prometheus, `127.0.0.1:${server.managementPort}`)
    await traffic()
    await prometheus.scraped(2)
    await traffic()
    await prometheus.scraped(2)
    at = Date.now() / 1000
  })
  after(async () => {
    await prometheus?.stop()
    await server?.close()
  })

  /** A little of everything that is measured. */
  async function traffic(): Promise<void> {
    const receiver = await startReceiver()
    const client = await server.register('web', { backchannel_logout_uri: receiver.url })
    const service = await server.register('service')
    const { email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email)
    await refresh(server, client, tokens.refresh_token)
    await refresh(server, client, 'no-such-token')
    await introspect(server, client, tokens.access_token)
    await userinfo(server, tokens.access_token)
    await tokenRequest(server, service, { grant_type: 'client_credentials' })

    const guesser = new Visitor(server.issuer)
    const { page } = await authorize(server, client, {}, guesser)
    const victim = await server.person()
    for (let wrong = 0; wrong < 4; wrong += 1) await signIn(guesser, page, victim.email, 'wrong')
    const newcomer = new Visitor(server.issuer)
    await signUp(newcomer, await newcomer.open(authorization(server, client).url), {
      email: `new-${Date.now()}@example.com`,
    })

    const asks = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    const told = receiver.next()
    await visitor.submit(asks, '/logout/confirm', { logout: 'yes' })
    await told
    await receiver.close()
    await signInForTokens(server, client, email)
    await server.app.postbox.settled()
    const log = createLog({ logLevel: 'silent' })
    for (const job of server.app.jobs) await runJob(job, Date.now(), server.app.jobRecords, log)
  }

  it('is set up by files that promtool has nothing against', async () => {
    await promisify(execFile)(promtool, ['check', 'rules', join(MONITORING, 'alerts.yml')])
    await promisify(execFile)(promtool, ['check', 'config', join(MONITORING, 'prometheus.yml')])
  })

  for (const { title, expr } of queries)
    it(`has data for “${title}”: ${expr}`, async () => {
      const series = await prometheus.query(asked(expr), at)
      expect(series).to.not.be.empty
      expect(
        series.some(({ value }) => Number.isFinite(value)),
        JSON.stringify(series),
      ).to.equal(true)
    })

  for (const { alert, expr } of alerts)
    it(`can ask for ${alert}`, async () => {
      const series = await prometheus.query(expr)
      expect(series).to.be.an('array')
    })

  it('asks for nothing that is not exposed', async () => {
    const text = await (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text()
    const exposed = new Set([...text.matchAll(/^([a-z_]+)(?:\{| )/gm)].map(([, name]) => name!))
    exposed.add('up')
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
    )
    for (const name of types) exposed.add(name)
    for (const { expr } of [...queries, ...alerts])
      for (const [name] of expr.matchAll(/\b(?:latchkey|nodejs|process)_[a-z0-9_]+|\bup\b/g))
        expect(exposed.has(name), `${name} in ${expr}`).to.equal(true)
  })
})
