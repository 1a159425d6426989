// What lets its holder in is not in the store: not in a column, not in a payload, not in the log of writes beside it.
import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '../../src/lib/ids.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize, refresh } from '../support/endpoints.ts'
import { allow, codeOf, redeem, signIn, tokenRequest } from '../support/flow.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'

describe('the store at rest', () => {
  let server: TestServer
  let folder: string
  let client: ClientView
  const secrets: Record<string, string> = {}

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-at-rest-'))
    server = await startServer({ store: `sqlite:${join(folder, 'latchkey.db')}` })
    client = await server.register('web')
    const { email } = await server.person()

    const { page, visitor, codeVerifier } = await authorize(server, client, {
      scope: 'openid offline_access',
      prompt: 'consent',
    })
    // The library gives an interaction the session's cookie to keep: so this one begins with a live session.
    const end = await allow(visitor, await signIn(visitor, page, email))
    secrets.code = codeOf(end)
    secrets['session cookie'] = visitor.cookie('latchkey_session')!
    const second = await authorize(server, client, { prompt: 'consent' }, visitor)
    secrets['unused code'] = codeOf(await allow(visitor, second.page))
    await authorize(server, client, { prompt: 'consent' }, visitor)
    secrets['session cookie in an interaction'] = visitor.cookie('latchkey_session')!
    secrets['device cookie'] = visitor.cookie('latchkey_device')!

    const { body: first } = await redeem(server, client, secrets.code, codeVerifier)
    const { body: next } = await refresh(server, client, first.refresh_token)
    Object.assign(secrets, {
      'access token': first.access_token,
      'used refresh token': first.refresh_token,
      'second access token': next.access_token,
      'refresh token': next.refresh_token,
      'ID token': first.id_token.split('.')[2],
      'client secret': client.client_secret,
      password: PASSWORD,
      LATCHKEY_SECRETS: server.env.LATCHKEY_SECRETS,
    })
    const service = await server.register('service')
    const { body } = await tokenRequest(server, service, { grant_type: 'client_credentials' })
    secrets['token of a service'] = body.access_token
    const fields = Object.fromEntries((await authorize(server, client)).url.searchParams)
    const { body: pushed } = await tokenRequest(server, client, fields, '/par')
    secrets['pushed request'] = String(pushed.request_uri).split(':').at(-1)!
  })
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  it('holds no code, token, session, secret or password, but their hashes', async () => {
    const files = await readdir(folder)
    const bytes = Buffer.concat(await Promise.all(files.map(file => readFile(join(folder, file)))))
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret, name).to.be.a('string').with.length.above(15)
      expect(bytes.includes(secret), `${name} in the clear`).to.equal(false)
      expect(bytes.includes(Buffer.from(secret).toString('base64')), `${name} in base64`).to.equal(false)
    }
    // Proof that this looks at the right bytes: what is meant to be there is found.
    for (const name of ['access token', 'refresh token', 'session cookie in an interaction', 'client secret'])
      expect(bytes.includes(sha256(secrets[name]!)), `the hash of the ${name}`).to.equal(true)
  })

  it('holds no private key in the clear', async () => {
    const bytes = await readFile(join(folder, 'latchkey.db'))
    for (const member of ['"d":"', '"p":"', '"qi":"']) expect(bytes.includes(member), member).to.equal(false)
  })

  it('accepts no hash in the place of what it is the hash of', async () => {
    const { codeVerifier } = await authorize(server, client)
    const stolen = sha256(secrets['unused code']!)
    expect((await redeem(server, client, stolen, codeVerifier)).body.error).to.equal('invalid_grant')
    expect((await refresh(server, client, sha256(secrets['refresh token']!))).body.error).to.equal('invalid_grant')
    const introspected = await tokenRequest(server, client, { token: sha256(secrets['access token']!) }, '/introspect')
    expect(introspected.body).to.deep.equal({ active: false })
  })
})
