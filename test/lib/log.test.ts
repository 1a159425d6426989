import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect } from 'chai'

const MODULE = JSON.stringify(join(import.meta.dirname, '../../src/lib/log.ts'))
const args = (script: string) => ['--input-type=module', '-e', `import { createLog } from ${MODULE}; ${script}`]

/** What a process with this script writes to its outputs. */
const run = (script: string) => promisify(execFile)(process.execPath, args(script))

const parsed = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))

describe('log', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-log-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('writes one JSON object a line, from its level on, with secrets hidden', async () => {
    const { stdout } = await run(`
      const log = createLog({ logLevel: 'info' })
      log.debug('unseen')
      log.child({ requestId: 'r1' }).info({ body: { password: 'hunter2' }, url: '/cb?code=hunter2' }, 'came')
      log.error(Object.assign(new Error('it broke'), { code: 'E1' }))`)
    const [came, broke] = parsed(stdout)
    expect(parsed(stdout)).to.have.length(2)
    expect(came).to.deep.include({
      'log.level': 'info',
      'latchkey.request_id': 'r1',
      'latchkey.body': { password: '[redacted]' },
      message: 'came',
    })
    expect(came?.['@timestamp']).to.match(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(broke).to.include({
      'log.level': 'error',
      message: 'it broke',
      'error.type': 'Error',
      'error.message': 'it broke',
      'error.code': 'E1',
    })
    expect(broke?.['error.stack_trace']).to.match(/^Error: it broke\n {4}at /)
    expect(stdout).not.to.include('hunter2')
  })

  it('names what it says by the Elastic Common Schema, and the rest under a name of its own', async () => {
    const { stdout } = await run(`
      const log = createLog({ logLevel: 'info' }).child({ traceId: 't1' })
      log.info({ method: 'POST', path: '/token', status: 400, address: '192.0.2.1', accountId: 'a1' }, 'request')
      log.info({ event: 'signin.failed', outcome: 'failure', reason: 'password.mismatch', clientId: 'c1' }, 'event')`)
    const [request, event] = parsed(stdout)
    const always = { 'trace.id': 't1', 'service.name': 'latchkey', 'ecs.version': '8.17.0', 'log.level': 'info' }
    expect(request).to.include({
      ...always,
      'http.request.method': 'POST',
      'url.path': '/token',
      'http.response.status_code': 400,
      'client.ip': '192.0.2.1',
      'user.id': 'a1',
    })
    expect(event).to.include({
      ...always,
      'event.action': 'signin.failed',
      'event.outcome': 'failure',
      'event.reason': 'password.mismatch',
      'latchkey.client_id': 'c1',
    })
    const known = /^(@timestamp|message|((log|trace|service|ecs|http|url|client|user|event|error|latchkey)\.[a-z_.]+))$/
    for (const name of [...Object.keys(request!), ...Object.keys(event!)]) expect(name).to.match(known)
  })

  it('keeps line breaks and terminal codes of a field inside its line', async () => {
    const hostile = 'x\\r\\n{"log.level":"info","message":"forged"}\\u001b[2J\\u009b31m\\u2028'
    const { stdout } = await run(`
      const log = createLog({ logLevel: 'info' })
      log.info({ name: "${hostile.replaceAll('"', '\\"')}" }, "${hostile.replaceAll('"', '\\"')}")`)
    expect(stdout.match(/\n/g)).to.have.length(1)
    expect(stdout.trimEnd()).to.match(/^[\x20-\x7e]*$/)
    expect(parsed(stdout)[0]?.['latchkey.name']).to.equal(JSON.parse(`"${hostile.replaceAll('"', '\\"')}"`))
  })

  it('writes to a file as well, and to a new one after SIGHUP', async () => {
    const path = join(folder, 'made/latchkey.log')
    const script = `
      const log = createLog({ logLevel: 'trace', logFile: ${JSON.stringify(path)} })
      log.trace('before')
      process.on('SIGHUP', () => { setImmediate(() => { log.info('after'); process.stdin.unref() }) })
      process.stdin.resume()`
    const child = spawn(process.execPath, args(script), { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface(child.stdout)
    const [first] = await once(lines, 'line')
    expect(JSON.parse(String(first))).to.include({ 'log.level': 'trace', message: 'before' })

    renameSync(path, `${path}.1`)
    const exited = once(child, 'exit')
    child.kill('SIGHUP')
    await once(lines, 'line')
    child.stdin.end()
    await exited
    expect(parsed(readFileSync(`${path}.1`, 'utf8')).map(line => line['message'])).to.deep.equal(['before'])
    expect(parsed(readFileSync(path, 'utf8')).map(line => line['message'])).to.deep.equal(['after'])
  })

  it('goes on when the disk is full, and says so once', async function () {
    if (process.platform !== 'linux') this.skip()
    const { stdout, stderr } = await run(`
      const log = createLog({ logLevel: 'info', logFile: '/dev/full' })
      for (const n of [1, 2, 3]) { log.info({ n }, 'still here'); await new Promise(setImmediate) }`)
    expect(parsed(stdout).map(line => line['latchkey.n'])).to.deep.equal([1, 2, 3])
    expect(stderr.match(/the log file \/dev\/full cannot be written: ENOSPC/g)).to.have.length(1)
  })
})
