import { expect } from 'chai'
import { sha256 } from '../../src/lib/ids.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { tokenRequest } from '../support/flow.ts'
import { startServer } from '../support/server.ts'
import { CliFolder, runCli } from './cli.ts'

const CALLBACK = 'https://app.example.com/callback'

describe('latchkey clients', () => {
  let folder: CliFolder
  before(async () => void (folder = await CliFolder.make()))
  after(() => folder.remove())

  const create = (...args: string[]) => folder.json<ClientView>(['clients', 'create', ...args])

  it('registers a web app: RFC 7591 names, and the secret once, kept as its hash alone', async () => {
    const client = await create('--type', 'web', '--name', 'My app', '--redirect-uri', CALLBACK)
    expect(client).to.deep.include({
      client_name: 'My app',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret_expires_at: 0,
    })
    expect(client.client_secret).to.match(/^[\w-]{43}$/)

    expect(await folder.json<ClientView>(['clients', 'show', client.client_id])).not.to.have.property('client_secret')
    const bytes = await folder.storedBytes()
    expect(bytes.includes(client.client_secret!)).to.equal(false)
    expect(bytes.includes(sha256(client.client_secret!))).to.equal(true)
  })

  it('registers an app in the browser, with its origins and without a secret', async () => {
    const args = ['--type', 'spa', '--redirect-uri', CALLBACK, '--cors-origin', 'https://app.example.com']
    const client = await create(...args)
    expect(client).to.deep.include({
      token_endpoint_auth_method: 'none',
      cors_origins: ['https://app.example.com'],
      grant_types: ['authorization_code', 'refresh_token'],
    })
    expect(client).not.to.have.property('client_secret')
  })

  it('registers a native app, by loopback and by a scheme of its own', async () => {
    const uris = ['http://127.0.0.1/callback', 'com.example.app:/callback']
    const client = await create('--type', 'native', '--redirect-uri', ...uris)
    expect(client).to.deep.include({ application_type: 'native', redirect_uris: uris })
    expect(client).not.to.have.property('client_secret')
  })

  it('registers a service under an id of its own', async () => {
    const client = await create('--type', 'service', '--id', 'billing')
    expect(client).to.deep.include({ client_id: 'billing', grant_types: ['client_credentials'], redirect_uris: [] })
    expect(client.client_secret).to.be.a('string')
  })

  it('takes several URIs, repeated or after each other, and every other option', async () => {
    const args = `--type web --redirect-uri ${CALLBACK} ${CALLBACK}2 --no-pkce --redirect-uri ${CALLBACK}3
      --post-logout-redirect-uri https://app.example.com/ --auth-method client_secret_post --first-party
      --logo-uri https://app.example.com/logo.png --client-uri https://app.example.com --grant-type authorization_code
      --meta default_max_age=300 contacts=["ann@example.com"] policy_uri=https://app.example.com/privacy`
    const client = await create(...args.split(/\s+/), '--scope', 'openid email')
    expect(client).to.deep.include({
      redirect_uris: [CALLBACK, `${CALLBACK}2`, `${CALLBACK}3`],
      post_logout_redirect_uris: ['https://app.example.com/'],
      require_pkce: false,
      first_party: true,
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid email',
      logo_uri: 'https://app.example.com/logo.png',
      client_uri: 'https://app.example.com',
      grant_types: ['authorization_code'],
      default_max_age: 300,
      contacts: ['ann@example.com'],
      policy_uri: 'https://app.example.com/privacy',
    })
  })

  it('registers an app that signs its assertions', async () => {
    const args = ['--auth-method', 'private_key_jwt', '--jwks-uri', 'https://app.example.com/jwks']
    const client = await create('--type', 'web', '--redirect-uri', CALLBACK, ...args)
    expect(client).to.include({ jwks_uri: 'https://app.example.com/jwks' }).and.not.have.property('client_secret')
  })

  for (const [type, uri, words] of [
    ['web', `${CALLBACK}#part`, 'redirect_uris must not contain fragments'],
    ['web', 'javascript:alert(1)', 'redirect_uris must only contain web uris'],
    ['native', 'javascript:alert(1)', 'redirect_uris must not use the javascript URI scheme'],
    ['native', 'http://app.example.com/callback', 'can only use loopback addresses'],
    ['spa', 'callback', 'redirect_uris must only contain valid uris'],
  ] as const) {
    it(`refuses ${uri} for a ${type} app in the provider's words`, async () => {
      const { code, stdout, stderr } = await folder.run(['clients', 'create', '--type', type, '--redirect-uri', uri])
      expect(stderr).to.include(words)
      expect([code, stdout]).to.deep.equal([1, ''])
    })
  }

  it('refuses a web app without redirect URIs, a taken id, and a secret of one’s own', async () => {
    const wrong = [['web'], ['service', '--id', 'billing'], ['service', '--meta', 'client_secret=mine'], ['mobile']]
    const run = (args: string[]) => folder.run(['clients', 'create', '--type', ...args])
    const [none, taken, secret, type] = await Promise.all(wrong.map(run))
    expect([none!.code, none!.stderr]).to.deep.equal([1, 'redirect_uris is mandatory property\n'])
    expect([taken!.code, taken!.stderr]).to.deep.equal([
      1,
      "client_id: The id billing is or was another client's. Choose another.\n",
    ])
    expect(secret!.code).to.equal(2)
    expect(type!.code).to.equal(2)
    expect(type!.stderr).to.include('web, spa, native, service')
  })

  it('says which metadata the provider does not know', async () => {
    const args = ['clients', 'create', '--type', 'service', '--meta', 'colour=blue', 'default_max_age=5']
    const { code, stderr } = await folder.run(args)
    expect(code).to.equal(0)
    expect(stderr).to.equal('Ignored, as the provider knows no such metadata: colour\n')
  })

  it('changes what is named, and nothing else', async () => {
    const client = await create('--type', 'web', '--name', 'Before', '--redirect-uri', CALLBACK, '--first-party')
    const { client_secret: _secret, client_secret_expires_at: _at, ...shown } = client
    const update = (...args: string[]) => folder.json<ClientView>(['clients', 'update', client.client_id, ...args])
    expect(await update('--name', 'After', '--meta', 'default_max_age=60')).to.deep.equal({
      ...shown,
      client_name: 'After',
      default_max_age: 60,
    })
    expect(await update('--no-first-party', '--meta', 'default_max_age=null')).to.deep.equal({
      ...shown,
      client_name: 'After',
      first_party: false,
    })

    const wrong = await folder.run(['clients', 'update', client.client_id, '--redirect-uri', 'ftp://example.com'])
    expect([wrong.code, wrong.stderr]).to.deep.equal([1, 'redirect_uris must only contain web uris\n'])
    const nothing = await folder.run(['clients', 'update', client.client_id])
    expect(nothing.code).to.equal(2)
    expect((await folder.json<ClientView>(['clients', 'show', client.client_id])).redirect_uris).to.deep.equal([
      CALLBACK,
    ])
  })

  it('rotates a secret, and keeps both hashes for the overlap', async () => {
    const client = await create('--type', 'service')
    const rotated = await folder.json<ClientView>(['clients', 'rotate-secret', client.client_id])
    expect(rotated.client_secret)
      .to.match(/^[\w-]{43}$/)
      .and.not.equal(client.client_secret)
    const bytes = await folder.storedBytes()
    expect(bytes.includes(rotated.client_secret!)).to.equal(false)
    for (const secret of [client.client_secret, rotated.client_secret]) {
      expect(bytes.includes(sha256(secret!))).to.equal(true)
    }
  })

  it('has no secret to rotate for a public app', async () => {
    const { client_id: id } = await create('--type', 'spa', '--redirect-uri', CALLBACK)
    const { code, stderr } = await folder.run(['clients', 'rotate-secret', id])
    expect([code, stderr]).to.deep.equal([1, `The client ${id} is public: it has no secret to rotate.\n`])
  })

  it('removes an app, but not without a word', async () => {
    const { client_id: id } = await create('--type', 'service')
    const asked = await folder.run(['clients', 'remove', id])
    expect(asked.code).to.equal(2)
    expect(asked.stderr).to.include('--yes')
    expect(await folder.json(['clients', 'remove', id, '--yes'])).to.deep.equal({ client_id: id, removed: true })
    const gone = await folder.run(['clients', 'show', id])
    expect([gone.code, gone.stderr]).to.deep.equal([1, `There is no client with the id ${id}.\n`])
  })

  it('is heard by a running server at once', async () => {
    const server = await startServer()
    try {
      const cli = async (...args: string[]) =>
        JSON.parse((await runCli(['clients', ...args, '--json'], { env: server.env })).stdout) as ClientView
      const statusOf = async (client: ClientView) =>
        (await tokenRequest(server, client, { grant_type: 'client_credentials' })).status
      const client = await cli('create', '--type', 'service')
      expect(await statusOf(client)).to.equal(200)
      const rotated = await cli('rotate-secret', client.client_id)
      expect([await statusOf(client), await statusOf(rotated)]).to.deep.equal([200, 200])
      await cli('remove', client.client_id, '--yes')
      expect(await statusOf(rotated)).to.equal(401)
    } finally {
      await server.close()
    }
  })

  it('tells people, too, that the secret is shown once', async () => {
    const { stdout } = await folder.run(['clients', 'create', '--type', 'service', '--name', 'Bill\u001b[31ming'])
    expect(stdout).to.include('The secret is shown this once').and.include('client_secret')
    expect(stdout).to.include('Bill[31ming').and.not.include('\u001b')
    expect((await folder.run(['clients', 'list'])).stdout).to.match(/^CLIENT_ID +NAME +AUTHENTICATION +REDIRECT URIS/)
  })
})
