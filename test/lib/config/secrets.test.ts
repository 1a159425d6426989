import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { ConfigError } from '../../../src/lib/config/errors.ts'
import { developmentSecrets } from '../../../src/lib/config/secrets.ts'

const run = promisify(execFile)
const MODULE = join(import.meta.dirname, '../../../src/lib/config/secrets.ts')

describe('secrets of development', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-secrets-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('are made once, for their owner alone, and stay', () => {
    const dataDir = join(folder, 'new/data')
    const made = developmentSecrets(dataDir)
    expect(made[0]).to.have.length(43)
    expect(developmentSecrets(dataDir)).to.deep.equal(made)
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).to.equal(0o600)
    expect(readdirSync(dataDir)).to.deep.equal(['secrets.json'])
  })

  it('are the same in processes that start at once', async () => {
    const script = `import { developmentSecrets } from ${JSON.stringify(MODULE)}; process.stdout.write(developmentSecrets(process.argv[1])[0])`
    const starts = Array.from({ length: 6 }, () => run(process.execPath, ['--input-type=module', '-e', script, folder]))
    const secrets = (await Promise.all(starts)).map(({ stdout }) => stdout)
    expect(new Set(secrets)).to.have.length(1)
    expect(secrets[0]).to.have.length(43)
  })

  it('are not made anew over a file that is damaged', () => {
    writeFileSync(join(folder, 'secrets.json'), '{ "secrets": ["short"] }')
    expect(() => developmentSecrets(folder)).to.throw(ConfigError, /secrets\.json: expected .* remove the file/)
  })

  it('need a place where a folder can be', () => {
    const blocked = join(folder, 'file')
    writeFileSync(blocked, 'not a folder')
    expect(() => developmentSecrets(join(blocked, 'data'))).to.throw(ConfigError)
  })
})
