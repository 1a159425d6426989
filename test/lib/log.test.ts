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
    expect(came).to.deep.include({ level: 'info', requestId: 'r1', body: { password: '[redacted]' }, msg: 'came' })
    expect(came?.['time']).to.match(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(broke).to.include({ level: 'error', msg: 'it broke' })
    expect(broke?.['err']).to.include({ type: 'Error', message: 'it broke', code: 'E1' })
    expect(stdout).not.to.include('hunter2')
  })

  it('keeps line breaks and terminal codes of a field inside its line', async () => {
    const hostile = 'x\\r\\n{"level":"info","msg":"forged"}\\u001b[2J\\u009b31m\\u2028'
    const { stdout } = await run(`
      const log = createLog({ logLevel: 'info' })
      log.info({ name: "${hostile.replaceAll('"', '\\"')}" }, "${hostile.replaceAll('"', '\\"')}")`)
    expect(stdout.match(/\n/g)).to.have.length(1)
    expect(stdout.trimEnd()).to.match(/^[\x20-\x7e]*$/)
    expect(parsed(stdout)[0]?.['name']).to.equal(JSON.parse(`"${hostile.replaceAll('"', '\\"')}"`))
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
    expect(JSON.parse(String(first))).to.include({ level: 'trace', msg: 'before' })

    renameSync(path, `${path}.1`)
    const exited = once(child, 'exit')
    child.kill('SIGHUP')
    await once(lines, 'line')
    child.stdin.end()
    await exited
    expect(parsed(readFileSync(`${path}.1`, 'utf8')).map(line => line['msg'])).to.deep.equal(['before'])
    expect(parsed(readFileSync(path, 'utf8')).map(line => line['msg'])).to.deep.equal(['after'])
  })

  it('goes on when the disk is full, and says so once', async function () {
    if (process.platform !== 'linux') this.skip()
    const { stdout, stderr } = await run(`
      const log = createLog({ logLevel: 'info', logFile: '/dev/full' })
      for (const n of [1, 2, 3]) { log.info({ n }, 'still here'); await new Promise(setImmediate) }`)
    expect(parsed(stdout).map(line => line['n'])).to.deep.equal([1, 2, 3])
    expect(stderr.match(/the log file \/dev\/full cannot be written: ENOSPC/g)).to.have.length(1)
  })
})
