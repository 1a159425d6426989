// What /metrics exposes: exactly what the documentation lists, with labels that no stranger can multiply.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { signInForTokens, authorization, signIn, tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

describe('metrics', () => {
  let folder: string
  let server: TestServer
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-metrics-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    server = await startServer({
      env: { LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_PASSWORD_FAILURES: '2', LATCHKEY_SMS: `file:${folder}` },
    })
  })
  afterEach(() => server.close())

  const scrape = async () => (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text()
  /** The series of a metric, by its labels. */
  async function seriesOf(name: string): Promise<Record<string, number>> {
    const lines = (await scrape()).split('\n').filter(line => line.startsWith(`${name}{`))
    return Object.fromEntries(lines.map(line => [/\{(.*)\}/.exec(line)![1]!, Number(line.split(' ').at(-1))]))
  }

  it('are those of docs/monitoring.md, no more and no less, with their types', async () => {
    const document = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8')
    const table = document.split('<!-- metrics')[1]!.split('<!-- end of metrics -->')[0]!
    const listed = [...table.matchAll(/^\| `(latchkey_\w+)` +\| (\w+)/gm)].map(([, name, type]) => `${name} ${type}`)
    const exposed = [...(await scrape()).matchAll(/^# TYPE (latchkey_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    )
    expect(listed.toSorted()).to.deep.equal(exposed.toSorted())
  })

  it('have the labels that docs/monitoring.md lists', async () => {
    const client = await server.register('web')
    await signInForTokens(server, client, (await server.person()).email)
    const document = readFileSync(join(import.meta.dirname, '../../docs/monitoring.md'), 'utf8')
    const labels = new Map(
      [...document.matchAll(/^\| `(latchkey_\w+)` +\| \w+ +\| ([^|]*)\|/gm)].map(([, name, listed]) => [
        name!,
        [...listed!.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
      ]),
    )
    for (const [, series, found] of (await scrape()).matchAll(/^(latchkey_\w+)\{([^}]*)\} /gm)) {
      const name = labels.has(series!) ? series! : series!.replace(/_(bucket|sum|count)$/, '')
      const names = [...found!.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter(label => label !== 'le')
      expect(names, series).to.deep.equal(labels.get(name))
    }
  })

  it('tell sign-ins by method and outcome, locks, and what limits refuse', async () => {
    const client = await server.register('web')
    const { email } = await server.person()
    await signInForTokens(server, client, email)
    const visitor = new Visitor(server.issuer)
    const page = await visitor.open(authorization(server, client).url)
    const victim = await server.person()
    for (let wrong = 0; wrong < 4; wrong += 1) await signIn(visitor, page, victim.email, 'wrong')
    expect(await seriesOf('latchkey_signins_total')).to.deep.equal({
      'method="password",outcome="success"': 1,
      'method="password",outcome="failure"': 2,
    })
    expect(await seriesOf('latchkey_lockouts_total')).to.deep.equal({
      'method="password",limit="password.account"': 1,
    })
    expect(await seriesOf('latchkey_limit_refusals_total')).to.deep.equal({ 'limit="password.account"': 2 })
  })

  it('tell what each app came to, by endpoint', async () => {
    const client = await server.register('web')
    const service = await server.register('service')
    await signInForTokens(server, client, (await server.person()).email)
    await tokenRequest(server, client, { grant_type: 'authorization_code', code: 'none', redirect_uri: 'x' })
    await tokenRequest(server, service, { grant_type: 'client_credentials' })
    await tokenRequest(server, { ...service, client_id: 'nobody' }, { grant_type: 'client_credentials' })
    const id = client.client_id
    expect(await seriesOf('latchkey_client_requests_total')).to.include({
      [`client="${id}",endpoint="authorization",outcome="interaction"`]: 1,
      [`client="${id}",endpoint="token",outcome="success"`]: 1,
      [`client="${id}",endpoint="token",outcome="invalid_grant"`]: 1,
      [`client="${service.client_id}",endpoint="token",outcome="success"`]: 1,
      'client="unknown",endpoint="token",outcome="invalid_client"': 1,
    })
  })

  it('tell what became of mails and text messages', async () => {
    const { postbox } = server.app
    const locals = { brandName: 'x', email: 'x', startedFrom: 'x' }
    for (const to of ['a@example.com', 'not an address']) await postbox.post(to, 'already-registered', locals)
    await postbox.text({ name: 'sms-code', accountId: undefined, to: '+4915112345678', text: 'x', lasts: 300 })
    await postbox.settled()
    expect(await seriesOf('latchkey_mails_total')).to.deep.equal({
      'mail="already-registered",outcome="sent"': 1,
      'mail="already-registered",outcome="dead"': 1,
    })
    expect(await seriesOf('latchkey_sms_total')).to.deep.equal({ 'outcome="sent"': 1 })
    expect(await seriesOf('latchkey_outbox_messages')).to.deep.equal({
      'channel="mail",state="waiting"': 0,
      'channel="mail",state="dead"': 1,
      'channel="sms",state="waiting"': 0,
      'channel="sms",state="dead"': 0,
    })
    expect(await seriesOf('latchkey_outbox_oldest_seconds')).to.deep.equal({ 'channel="mail"': 0, 'channel="sms"': 0 })
  })

  it('count all addresses, methods and clients that do not exist as one', async () => {
    for (let time = 0; time < 20; time += 1) {
      await fetch(`${server.issuer}/nothing-${time}`, { method: time % 2 ? 'GET' : 'PROPFIND' })
      await fetch(`${server.issuer}/signin/${time}/prove/method-${time}`, { method: 'POST' })
      await fetch(`${server.issuer}/authorize?client_id=client-${time}`)
    }
    const routes = Object.keys(await seriesOf('latchkey_http_request_duration_seconds_count'))
    expect(routes.filter(labels => /nothing|method-|client-/.test(labels))).to.deep.equal([])
    expect(routes.length).to.be.below(8)
    expect(Object.keys(await seriesOf('latchkey_client_requests_total'))).to.deep.equal([
      'client="unknown",endpoint="authorization",outcome="invalid_client"',
    ])
  })
})
