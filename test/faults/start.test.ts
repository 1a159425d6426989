import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { runMain, startChild } from '../support/child.ts'

const SECRETS = 'x'.repeat(48)

describe('a start that cannot be', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
  })
  after(() => rm(folder, { recursive: true }))

  const base = () => ({
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_SECRETS: SECRETS,
    LATCHKEY_PORT: '0',
    LATCHKEY_LOG_LEVEL: 'silent',
  })
  /** Exit 1, and nothing but these lines on the standard error. */
  async function expectRefused(env: Record<string, string>, ...lines: RegExp[]): Promise<void> {
    const { code, stdout, stderr } = await runMain({ ...base(), ...env })
    const said = stderr.trimEnd().split('\n')
    expect(code, stderr).to.equal(1)
    expect(stdout).to.equal('')
    expect(said, stderr).to.have.length(lines.length)
    for (const [at, line] of lines.entries()) expect(said[at]).to.match(line)
    expect(stderr).to.not.include(SECRETS)
  }

  it('for an unknown variable', () => expectRefused({ LATCHKEY_STOR: 'sqlite:x' }, /LATCHKEY_STOR\b.*LATCHKEY_STORE/))

  it('for a bad value: names it, what was expected, and what came', () =>
    expectRefused({ LATCHKEY_CODE_TTL: 'soon' }, /LATCHKEY_CODE_TTL.*expected.*soon/))

  it('for several mistakes: a line for each', () =>
    expectRefused({ LATCHKEY_PORT: '70000', LATCHKEY_REGISTRATION: 'maybe' }, /LATCHKEY_PORT/, /LATCHKEY_REGISTRATION/))

  it('for a file of secrets that is not there', () =>
    expectRefused(
      { LATCHKEY_SECRETS: '', LATCHKEY_SECRETS_FILE: join(folder, 'nothing') },
      /LATCHKEY_SECRETS_FILE.*nothing/,
    ))

  it('for production that is unsafe: a line for each thing', async () => {
    const { code, stderr } = await runMain({ LATCHKEY_ENV: 'production', LATCHKEY_DATA_DIR: folder })
    expect(code).to.equal(1)
    expect(stderr)
      .to.match(/LATCHKEY_ISSUER: /)
      .and.to.match(/LATCHKEY_SECRETS: /)
      .and.to.match(/LATCHKEY_MAIL: /)
    expect(stderr).to.not.match(/\n\s+at /)
  })

  it('on a Mongo server that is not there', async () => {
    await expectRefused(
      { LATCHKEY_STORE: 'mongodb://user:hidden@127.0.0.1:1/latchkey' },
      /^(?!.*hidden).*127\.0\.0\.1:1/,
    )
  })

  it('on a Redis that is not there', async () => {
    await expectRefused(
      { LATCHKEY_STORE: 'sqlite::memory:', LATCHKEY_REDIS: 'redis://user:hidden@127.0.0.1:1' },
      /^(?!.*hidden).*redis:\/\/127\.0\.0\.1:1.*ECONNREFUSED/,
    )
  })

  it('on a file that is no store of ours', async () => {
    const file = join(folder, 'text.db')
    await writeFile(file, 'this is no database, but long enough to be looked at '.repeat(100))
    await expectRefused({ LATCHKEY_STORE: `sqlite:${file}` }, /text\.db/)
  })

  it('of several workers on a store that only one process sees', () =>
    expectRefused(
      { LATCHKEY_STORE: 'sqlite::memory:', LATCHKEY_WORKERS: '2' },
      /^LATCHKEY_WORKERS: .*LATCHKEY_STORE=sqlite::memory:/,
    ))

  it('in a folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '')
    await expectRefused(
      { LATCHKEY_STORE: `sqlite:${join(folder, 'file/below/latchkey.db')}` },
      /latchkey\.db|file\/below/,
    )
  })

  it('on a port that is in use', async () => {
    const other = createServer().listen(0, '::')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const line = new RegExp(`^port ${port} is in use: .*LATCHKEY_PORT`)
    await expectRefused({ LATCHKEY_PORT: String(port) }, line)
    await expectRefused({ LATCHKEY_PORT: String(port), LATCHKEY_WORKERS: '2' }, line)
    other.close()
  })

  it('with secrets that do not open the keys in the store', async () => {
    const store = `sqlite:${join(folder, 'sealed.db')}`
    const first = await startChild({ ...base(), LATCHKEY_LOG_LEVEL: 'info', LATCHKEY_STORE: store })
    await first.stop()
    const wrong = { LATCHKEY_STORE: store, LATCHKEY_SECRETS: 'y'.repeat(48) }
    await expectRefused(wrong, /LATCHKEY_SECRETS/)
    await expectRefused({ ...wrong, LATCHKEY_WORKERS: '2' }, /LATCHKEY_SECRETS/)
  })
})
