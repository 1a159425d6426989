import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { ConfigError } from '../../../src/lib/config/errors.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { profiles } from '../../../src/lib/config/profiles.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')
const SECRET = 'a-secret-that-is-long-enough-for-all-of-it'
const PRODUCTION = {
  LATCHKEY_ENV: 'production',
  LATCHKEY_ISSUER: 'https://id.example.com',
  LATCHKEY_SECRETS: SECRET,
  LATCHKEY_MAIL: 'smtp://mail.example.com',
  LATCHKEY_TRUSTED_PROXIES: '10.0.0.0/8',
}

describe('loadConfig', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'latchkey-config-'))
    mkdirSync(join(root, 'config'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const load = (env: Record<string, string | undefined> = {}) => loadConfig({ env, root })
  const file = (name: string, content: unknown) =>
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content))

  function problems(env: Record<string, string | undefined>): readonly string[] {
    try {
      load(env)
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    return []
  }

  describe('what it reads', () => {
    it('needs nothing in development', () => {
      const config = load()
      expect(config).to.include({ env: 'development', issuer: 'http://localhost:3000', port: 3000, host: 'localhost' })
      expect(config.allowNetworks).to.deep.equal(['127.0.0.0/8', '::1/128'])
      expect(config.secrets).to.have.length(1)
      expect(config.trustedProxies).to.equal(undefined)
    })

    it('takes each place over the ones before it', () => {
      expect(load().passwordFailures).to.equal(5)
      file('config/development.json', { $comment: 'a try', passwordFailures: 6, host: '127.0.0.1' })
      expect(load()).to.include({ passwordFailures: 6, host: '127.0.0.1' })
      expect(load({ LATCHKEY_PASSWORD_FAILURES: '7' }).passwordFailures).to.equal(7)

      file('store', 'mongodb://third/db\n')
      file('config/development.json', { store: 'mongodb://first/db' })
      expect(load().store).to.equal('mongodb://first/db')
      expect(load({ LATCHKEY_STORE: 'mongodb://second/db' }).store).to.equal('mongodb://second/db')
      expect(load({ LATCHKEY_STORE: 'mongodb://second/db', LATCHKEY_STORE_FILE: 'store' }).store).to.equal(
        'mongodb://third/db',
      )
    })

    it('reads YAML, and the one file that LATCHKEY_CONFIG names', () => {
      file('config/development.yaml', 'port: 4000\naccessTokenTtl: 10m\n')
      expect(load()).to.include({ port: 4000, accessTokenTtl: 600 })
      file('other.yml', 'port: 5000\n')
      expect(load({ LATCHKEY_CONFIG: 'other.yml' })).to.include({ port: 5000, accessTokenTtl: 900 })
      file('empty.yaml', '')
      expect(load({ LATCHKEY_CONFIG: 'empty.yaml' }).port).to.equal(3000)
    })

    it('takes durations in words and as seconds, and gives seconds', () => {
      for (const [written, seconds] of [
        ['15m', 900],
        ['7d', 604_800],
        ['12h', 43_200],
        ['600s', 600],
        ['600', 600],
      ] as const) {
        expect(load({ LATCHKEY_REFRESH_TOKEN_TTL: written }).refreshTokenTtl).to.equal(seconds)
      }
      file('config/development.json', { refreshTokenTtl: 600 })
      expect(load().refreshTokenTtl).to.equal(600)
    })

    it('takes lists with commas, and tells none from not set', () => {
      const { trustedProxies, secrets } = load({
        LATCHKEY_TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8',
        LATCHKEY_SECRETS: 'new,old',
      })
      expect(trustedProxies).to.deep.equal(['10.0.0.0/8', 'fd00::/8'])
      expect(secrets).to.deep.equal(['new', 'old'])
      expect(load({ LATCHKEY_TRUSTED_PROXIES: 'none' }).trustedProxies).to.deep.equal([])
      file('config/development.json', { trustedProxies: ['192.0.2.1'] })
      expect(load().trustedProxies).to.deep.equal(['192.0.2.1'])
    })

    it('takes upstreams from a file, and as JSON from a variable, each with the defaults of its kind', () => {
      const upstreams = [
        { kind: 'google', id: 'google', clientId: 'us', clientSecret: 'theirs' },
        {
          kind: 'oidc',
          id: 'corp',
          name: 'Corp',
          issuer: 'https://id.corp.example',
          clientId: 'us',
          accounts: ['corp.example'],
        },
      ]
      const [google, corp] = load({ LATCHKEY_UPSTREAMS: JSON.stringify(upstreams) }).upstreams
      expect(google).to.deep.include({ name: 'Google', accounts: 'open', trustEmail: true, formPost: false })
      expect(google!.source).to.deep.equal({ kind: 'oidc', issuer: 'https://accounts.google.com' })
      expect(corp).to.deep.include({ name: 'Corp', accounts: ['corp.example'], trustEmail: false })
      file('config/development.json', { upstreams })
      expect(load().upstreams).to.deep.equal([google, corp])
    })

    it('takes resources from a file, and as JSON from a variable', () => {
      const resources = [{ identifier: 'https://api.example.com', scopes: ['read'], format: 'jwt', alg: 'ES256' }]
      expect(load({ LATCHKEY_RESOURCES: JSON.stringify(resources) }).resources).to.deep.equal(resources)
      file('config/development.json', { resources })
      expect(load().resources).to.deep.equal(resources)
    })

    it('counts an empty variable as not set', () => {
      expect(
        load({ LATCHKEY_PORT: '', LATCHKEY_TERMS_URL: '', LATCHKEY_STORE_FILE: '', LATCHKEY_CONFIG: '' }).port,
      ).to.equal(3000)
    })

    it('moves the default issuer with the port', () => {
      expect(load({ LATCHKEY_PORT: '4000' }).issuer).to.equal('http://localhost:4000')
      expect(load({ LATCHKEY_PORT: '4000', LATCHKEY_ISSUER: 'http://idp.local' }).issuer).to.equal('http://idp.local')
      expect(load({ LATCHKEY_PORT: '0' }).issuer).to.equal('http://localhost:3000')
    })

    it('starts relative paths from the root, and moves store and mail with the data folder', () => {
      const config = load({ LATCHKEY_DATA_DIR: 'elsewhere', LATCHKEY_LOG_FILE: 'logs/latchkey.log' })
      expect(config.dataDir).to.equal(join(root, 'elsewhere'))
      expect(config.store).to.equal(`sqlite:${join(root, 'elsewhere/latchkey.db')}`)
      expect(config.mail).to.equal(`file:${join(root, 'elsewhere/mail')}`)
      expect(config.logFile).to.equal(join(root, 'logs/latchkey.log'))
      expect(load({ LATCHKEY_STORE: 'sqlite::memory:' }).store).to.equal('sqlite::memory:')
      expect(load({ LATCHKEY_STORE: 'sqlite:/var/db' }).store).to.equal('sqlite:/var/db')
    })

    it('ships files in config/ that are accepted, and say what their profile does', () => {
      for (const env of ['development', 'staging', 'production'] as const) {
        const variables = { ...PRODUCTION, LATCHKEY_ENV: env, LATCHKEY_DATA_DIR: join(root, 'data') }
        const shipped = loadConfig({ env: variables, root: CHECKOUT })
        expect(shipped, env).to.deep.equal(loadConfig({ env: variables, root }))
        expect(shipped, env).to.deep.include(profiles[env])
      }
    })
  })

  describe('what it refuses', () => {
    it('names an unknown variable or key, and the one that was meant', () => {
      file('config/development.json', { prot: 1, 'something-else': 2 })
      expect(
        problems({ LATCHKEY_ISUER: 'x', LATCHKEY_SECRET_FILE: 'x', LATCHKEY_NOTHING_OF_THE_KIND: 'x', OTHER: 'x' }),
      ).to.have.members([
        'LATCHKEY_ISUER: unknown; did you mean LATCHKEY_ISSUER?',
        'LATCHKEY_SECRET_FILE: unknown; did you mean LATCHKEY_SECRETS_FILE?',
        'LATCHKEY_NOTHING_OF_THE_KIND: unknown',
        'config/development.json: prot: unknown; did you mean port?',
        'config/development.json: something-else: unknown',
      ])
    })

    it('says of a bad value where it is, what was expected and what came, all in one go', () => {
      file('config/development.json', { hashQueue: 'many' })
      expect(problems({ LATCHKEY_PORT: '70000', LATCHKEY_LOG_LEVEL: 'loud' })).to.have.members([
        'config/development.json: hashQueue: expected a whole number from 0 to 100000, got "many"',
        'LATCHKEY_PORT: expected a whole number from 0 to 65535, got "70000"',
        'LATCHKEY_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
      ])
    })

    for (const [name, value] of [
      ['ENV', 'prod'],
      ['ISSUER', 'https://id.example.com/'],
      ['ISSUER', 'https://id.example.com/path'],
      ['ISSUER', 'https://id.example.com?q'],
      ['ISSUER', 'https://id.example.com#f'],
      ['ISSUER', 'https://user@id.example.com'],
      ['ISSUER', 'ftp://id.example.com'],
      ['PORT', '-1'],
      ['PORT', '3e3'],
      ['PORT', '0x50'],
      ['NAME', 'two\nlines'],
      ['STORE', 'postgres://host/db'],
      ['STORE', 'sqlite:'],
      ['MAIL', 'smtp:'],
      ['MAIL', 'mailto:someone'],
      ['MAIL_FROM', 'Us <us@example.com>\r\nBcc: them@example.com'],
      ['MAIL_FROM', 'nobody'],
      ['TRUSTED_PROXIES', 'anyone'],
      ['TRUSTED_PROXIES', '10.0.0.0/33'],
      ['TRUSTED_PROXIES', '10.0.0.0/'],
      ['ALLOW_NETWORKS', '::/129'],
      ['ACCESS_TOKEN_TTL', '3w'],
      ['ACCESS_TOKEN_TTL', '-5m'],
      ['JWT_ACCESS_TOKEN_TTL', '6m'],
      ['PASSWORD_MIN_LENGTH', '7'],
      ['REGISTRATION', 'yes'],
      ['TERMS_URL', 'javascript:alert(1)'],
      ['RESOURCES', '[{"identifier":"relative","scopes":[],"format":"jwt"}]'],
      ['RESOURCES', '[{"identifier":"https://a","scopes":["a b"],"format":"jwt"}]'],
      ['RESOURCES', '[{"identifier":"https://a","scopes":[],"format":"jwt","alg":"HS256"}]'],
      ['RESOURCES', '{not json'],
    ] as const) {
      it(`LATCHKEY_${name}=${JSON.stringify(value)}`, () => {
        const lines = problems({ [`LATCHKEY_${name}`]: value })
        expect(lines).to.have.length(1)
        expect(lines[0])
          .to.match(new RegExp(`^LATCHKEY_${name}: expected .*, got .+`))
          .and.not.include('\n')
      })
    }

    it('never shows a secret, wherever it is wrong', () => {
      file('secrets', 'hunter2hunter2')
      file('config/development.json', '{ "mail": "smtp://user:hunter2@host", }')
      const lines = [
        ...problems({ LATCHKEY_MAIL: 'smpt://user:hunter2@host', LATCHKEY_STORE: 'user:hunter2@host' }),
        ...problems({ ...PRODUCTION, LATCHKEY_SECRETS: '', LATCHKEY_SECRETS_FILE: 'secrets' }),
      ]
      expect(lines).to.have.length(4)
      expect(lines.join('\n')).to.include('**** (24 characters)').and.not.include('hunter2')
    })

    it('names a file that is not there, is empty, or is not what its name says', () => {
      expect(problems({ LATCHKEY_CONFIG: 'gone.json' })[0]).to.match(
        /^gone\.json: expected a file that can be read, got ENOENT/,
      )
      expect(problems({ LATCHKEY_SECRETS_FILE: 'gone' })[0]).to.match(/^LATCHKEY_SECRETS_FILE: .*ENOENT/)
      file('blank', '\n')
      expect(problems({ LATCHKEY_SECRETS_FILE: 'blank' })[0]).to.match(/^LATCHKEY_SECRETS_FILE: .*empty/)
      file('list.json', [1])
      expect(problems({ LATCHKEY_CONFIG: 'list.json' })[0]).to.equal('list.json: expected keys with values, got a list')
      file('broken.yaml', 'a: [')
      expect(problems({ LATCHKEY_CONFIG: 'broken.yaml' })[0]).to.match(/^broken\.yaml: expected YAML, got: ./)
      file('config/development.json', {})
      file('config/development.yaml', '')
      expect(problems({})[0]).to.match(/^config: expected one file for development/)
    })

    it('lets no file choose the environment', () => {
      file('config/development.json', { env: 'production' })
      expect(problems({})[0]).to.match(/^config\/development\.json: env: expected in LATCHKEY_ENV alone/)
    })

    it('values that contradict each other', () => {
      expect(problems({ LATCHKEY_REFRESH_TOKEN_MAX_TTL: '1d' })).to.deep.equal([
        'LATCHKEY_REFRESH_TOKEN_MAX_TTL: expected at least LATCHKEY_REFRESH_TOKEN_TTL (7d), got 1d',
      ])
      expect(problems({ LATCHKEY_SESSION_IDLE_TTL: '13h' })[0]).to.match(/^LATCHKEY_SESSION_MAX_TTL: /)
      const resource = { identifier: 'https://a', scopes: [], format: 'opaque', alg: 'RS256' }
      expect(problems({ LATCHKEY_RESOURCES: JSON.stringify([resource, resource]) })).to.have.length(3)
    })

    it('lets passkeys belong to the issuer’s host or a domain above it, and to no other', () => {
      const of = (rpId: string) => problems({ ...PRODUCTION, LATCHKEY_RP_ID: rpId })
      for (const rpId of ['id.example.com', 'example.com']) expect(of(rpId)).to.deep.equal([])
      for (const rpId of ['ample.com', 'other.example.com', 'login.id.example.com', 'example.org'])
        expect(of(rpId)).to.deep.equal([`LATCHKEY_RP_ID: expected id.example.com or a domain above it, got ${rpId}`])
      expect(of('https://example.com')).to.have.length(1)
      for (const origins of ['http://example.org', 'https://example.org/', 'example.org'])
        expect(problems({ LATCHKEY_RELATED_ORIGINS: origins })).to.have.length(1)
    })
  })

  describe('in production', () => {
    it('accepts what is safe', () => {
      expect(problems(PRODUCTION)).to.deep.equal([])
      expect(problems({ ...PRODUCTION, LATCHKEY_TRUSTED_PROXIES: 'none' })).to.deep.equal([])
    })

    it('refuses all that is unsafe by default, in one line each, and makes no secrets', () => {
      const lines = problems({ LATCHKEY_ENV: 'production' })
      expect(lines.map(line => line.split(':')[0])).to.deep.equal([
        'LATCHKEY_ISSUER',
        'LATCHKEY_SECRETS',
        'LATCHKEY_MAIL',
      ])
      for (const line of lines) expect(line).to.include('set it').and.not.include('\n')
    })

    for (const [name, value] of [
      ['ISSUER', 'http://id.example.com'],
      ['SECRETS', `${SECRET},short`],
      ['MAIL', 'console:'],
      ['MAIL', 'file:mails'],
      ['STORE', 'sqlite::memory:'],
      ['TRUSTED_PROXIES', ''],
    ] as const) {
      it(`refuses LATCHKEY_${name}=${value === '' ? '(nothing)' : value}`, () => {
        const lines = problems({ ...PRODUCTION, [`LATCHKEY_${name}`]: value })
        expect(lines).to.have.length(1)
        expect(lines[0]).to.match(new RegExp(`^LATCHKEY_${name}: .*; set `))
      })
    }

    it('is as strict in staging, but for http and mail that is kept', () => {
      const staging = { ...PRODUCTION, LATCHKEY_ENV: 'staging' }
      expect(problems({ ...staging, LATCHKEY_ISSUER: 'http://staging.local', LATCHKEY_MAIL: '' })).to.deep.equal([])
      expect(problems({ ...staging, LATCHKEY_SECRETS: '' })).to.have.length(1)
      expect(problems({ ...staging, LATCHKEY_STORE: 'sqlite::memory:' })).to.have.length(1)
      expect(problems({ ...staging, LATCHKEY_TRUSTED_PROXIES: '' })).to.have.length(1)
    })
  })
})
