import { expect } from 'chai'
import { CliFolder } from './cli.ts'

const SECRET = 'correct-horse-battery-staple-correct-horse'

describe('latchkey config check', () => {
  let folder: CliFolder
  before(async () => void (folder = await CliFolder.make()))
  after(() => folder.remove())

  const check = (env: Record<string, string>, ...args: string[]) => folder.run(['config', 'check', ...args], { env })

  it('prints what would be used, secrets masked', async () => {
    const env = {
      LATCHKEY_SECRETS: SECRET,
      LATCHKEY_STORE: 'mongodb://latchkey:tiger@db.example.com/latchkey',
      LATCHKEY_MAIL: 'smtp://latchkey:leopard@mail.example.com:587',
      LATCHKEY_ISSUER: 'https://id.example.com',
    }
    const { code, stdout } = await check(env)
    expect(code).to.equal(0)
    for (const secret of [SECRET, 'tiger', 'leopard']) expect(stdout).not.to.include(secret)
    expect(stdout).to.match(/^issuer +https:\/\/id\.example\.com$/m)
    expect(stdout).to.match(/^store +mongodb:\/\/latchkey:\*\*\*\*@db\.example\.com\/latchkey$/m)
    expect(stdout).to.match(/^accessTokenTtl +15m$/m)
    expect(stdout).to.match(/^trustedProxies +not set$/m)

    const json = JSON.parse((await check(env, '--json')).stdout)
    expect(json).to.include({ issuer: 'https://id.example.com', accessTokenTtl: 900 })
    expect(json.secrets).to.deep.equal([`**** (${SECRET.length} characters)`])
    expect(JSON.stringify(json)).not.to.match(/tiger|leopard/)
  })

  it('names each problem in a line of its own', async () => {
    const { code, stdout, stderr } = await check({ LATCHKEY_ISSUR: 'https://id.example.com', LATCHKEY_PORT: 'http' })
    expect([code, stdout]).to.deep.equal([1, ''])
    expect(stderr.trimEnd().split('\n')).to.have.members([
      'LATCHKEY_ISSUR: unknown; did you mean LATCHKEY_ISSUER?',
      'LATCHKEY_PORT: expected a whole number from 0 to 65535, got "http"',
    ])
  })

  it('refuses what is unsafe in production', async () => {
    const { code, stderr } = await check({ LATCHKEY_ENV: 'production' })
    expect(code).to.equal(1)
    expect(stderr)
      .to.match(/^LATCHKEY_ISSUER: an http issuer is unsafe/m)
      .and.match(/^LATCHKEY_SECRETS: /m)
  })

  it('stops every other command as well', async () => {
    const { code, stderr } = await folder.run(['users', 'list'], { env: { LATCHKEY_STORE: 'postgres://db' } })
    expect(code).to.equal(1)
    expect(stderr).to.match(/^LATCHKEY_STORE: expected sqlite:PATH/)
    const memory = await folder.run(['users', 'list'], { env: { LATCHKEY_STORE: 'sqlite::memory:' } })
    expect(memory.code).to.equal(1)
    expect(memory.stderr).to.match(/^LATCHKEY_STORE: .*only the server’s own process sees\n$/)
  })
})
