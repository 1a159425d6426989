import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkClock, type Clock } from '../../src/cli/checks/clock.ts'
import type { Finding, Status } from '../../src/cli/checks/finding.ts'
import { freePort } from '../support/ports.ts'
import { startServer } from '../support/server.ts'
import { AUTH_TOKEN, startTwilio } from '../support/sms.ts'
import { CliFolder, runCli } from './cli.ts'

interface Report {
  status: Status
  checks: Finding[]
}

describe('latchkey doctor', () => {
  let folder: CliFolder
  let nobodyThere: string
  before(async () => {
    folder = await CliFolder.make()
    nobodyThere = `http://localhost:${await freePort()}`
  })
  after(() => folder.remove())

  async function examine(env: Record<string, string> = {}) {
    const { code, stdout } = await folder.run(['doctor', '--json'], { env: { LATCHKEY_ISSUER: nobodyThere, ...env } })
    const report = JSON.parse(stdout) as Report
    return { code, report, of: (name: string) => report.checks.find(check => check.name === name)! }
  }

  it('finds a fresh folder in order, and only the server missing', async () => {
    const { code, report, of } = await examine()
    expect([code, report.status]).to.deep.equal([0, 'warning'])
    expect(report.checks.map(({ name, status }) => [name, status])).to.deep.equal([
      ['node', 'ok'],
      ['configuration', 'ok'],
      ['data folder', 'ok'],
      ['store', 'ok'],
      ['keys', 'ok'],
      ['outbox', 'ok'],
      ['mail', 'ok'],
      ['sms', 'ok'],
      ['issuer', 'warning'],
      ['clock', 'warning'],
    ])
    expect(of('issuer').message).to.include(nobodyThere).and.include('ECONNREFUSED')
    expect(of('issuer').todo).to.include('Start the server')
    expect(of('keys').message).to.include('the first start makes them')
  })

  it('finds nothing wrong with a running server', async () => {
    const server = await startServer()
    try {
      const { code, stdout } = await runCli(['doctor', '--json'], { env: server.env })
      const { status, checks } = JSON.parse(stdout) as Report
      expect(checks.filter(check => check.status !== 'ok')).to.deep.equal([])
      expect([code, status]).to.deep.equal([0, 'ok'])
      const text = await runCli(['doctor'], { env: server.env })
      expect(text.stdout.trimEnd().split('\n')).to.have.length(checks.length)
      expect(text.stdout).to.match(/^ok +keys +open under LATCHKEY_SECRETS; RS256, ES256, EdDSA sign$/m)
    } finally {
      await server.close()
    }
  })

  it('says which secret is missing when the keys do not open', async () => {
    await folder.run(['keys', 'list'])
    const { code, of } = await examine({ LATCHKEY_SECRETS: 'another secret of more than 32 characters' })
    expect(code).to.equal(1)
    expect(of('keys')).to.include({ status: 'problem' })
    expect(of('keys').message).to.match(/a secret that LATCHKEY_SECRETS does not hold \(kid [\w-]+\)/)
    expect(of('keys').todo).to.include('back into LATCHKEY_SECRETS')
  })

  it('says that mail cannot be sent, and shows no password', async () => {
    const mail = `smtp://latchkey:tiger@127.0.0.1:${await freePort()}`
    const { code, report, of } = await examine({ LATCHKEY_MAIL: mail })
    expect(code).to.equal(1)
    expect(of('mail').message).to.include('ECONNREFUSED')
    expect(JSON.stringify(report)).not.to.include('tiger')
  })

  it('says whether text messages could be sent, sends none, and shows no token', async () => {
    const twilio = await startTwilio()
    try {
      const good = await examine({ LATCHKEY_SMS: twilio.url })
      expect(good.of('sms')).to.include({ status: 'ok' })
      const bad = await examine({ LATCHKEY_SMS: twilio.url.replace(encodeURIComponent(AUTH_TOKEN), 'tiger') })
      expect(bad.of('sms')).to.include({ status: 'problem' })
      expect(bad.of('sms').message).to.include('Twilio answered 401')
      expect(JSON.stringify(bad.report)).not.to.include('tiger')
      expect(twilio.messages).to.deep.equal([])
    } finally {
      await twilio.close()
    }
  })

  it('says that the store cannot be used', async () => {
    const path = join(folder.path, 'letter.txt')
    await writeFile(path, 'Dear Sir or Madam, this is not a database. '.repeat(50))
    const broken = await examine({ LATCHKEY_STORE: `sqlite:${path}` })
    expect(broken.code).to.equal(1)
    expect(broken.of('store')).to.include({ status: 'problem' })
    expect(broken.of('store').message).to.include('file is not a database')

    const volatile = await examine({ LATCHKEY_STORE: 'sqlite::memory:' })
    expect(volatile.of('store')).to.include({ status: 'warning' })
  })

  it('tells another server at the issuer’s address from ours', async () => {
    for (const [answer, said] of [
      [((_request, response) => void response.writeHead(404).end('nothing')) as RequestListener, 'answers 404'],
      [
        ((_request, response) => void response.end('{"issuer":"https://other.example.com"}')) as RequestListener,
        'says that it is https://other.example.com',
      ],
    ] as const) {
      const server = createServer(answer).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { code, of } = await examine({
        LATCHKEY_ISSUER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      })
      server.close()
      expect(code).to.equal(1)
      expect(of('issuer').message).to.include(said)
      expect(of('clock').status).to.equal('ok')
    }
  })

  it('reports a configuration that cannot be used, one problem each', async () => {
    const { code, report } = await examine({ LATCHKEY_PROT: '1', LATCHKEY_PORT: 'x' })
    expect([code, report.status]).to.deep.equal([1, 'problem'])
    expect(report.checks.filter(({ name }) => name === 'configuration')).to.have.length(2)
  })
})

describe('the check of the clock', () => {
  const off = (seconds: number, precision = 0): Clock => ({
    of: 'the issuer',
    theirs: 0,
    ours: seconds * 1000,
    precision,
  })

  it('says by how much, and which way', () => {
    expect(checkClock([off(2)]).status).to.equal('ok')
    expect(checkClock([off(12)])).to.include({ status: 'warning', message: 'is 12 s ahead of the issuer' })
    expect(checkClock([off(-90)])).to.include({ status: 'problem', message: 'is 90 s behind the issuer' })
  })

  it('is decided by the clock that differs most, and by no more than is known', () => {
    expect(checkClock([off(0), off(40)]).status).to.equal('problem')
    expect(checkClock([off(8, 4000)]).status).to.equal('ok')
  })
})
