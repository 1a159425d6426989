import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { AuditEntry } from '../../src/core/events/events.ts'
import { signInDeclaration, type SignIn } from '../../src/core/sessions/signins.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Page } from '../../src/storage/port.ts'
import { claimsIn, introspect, refresh } from '../support/endpoints.ts'
import { signInForTokens, type Answer } from '../support/flow.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { askWorker, PASSWORD, runCli } from './cli.ts'

type Listed = Page<SignIn & { browser: string }>

describe('latchkey sessions and tokens, beside a running server', () => {
  let server: TestServer
  let receiver: Receiver
  let client: ClientView
  let ann: Account

  before(async () => {
    // Without jobs of its own: what apps are told here, the command line has told them.
    server = await startServer({ wrapStore: store => store })
    receiver = await startReceiver()
    client = await server.register('web', {
      backchannel_logout_uri: receiver.url,
      backchannel_logout_session_required: true,
    })
  })
  after(async () => {
    await receiver?.close()
    await server?.close()
  })
  beforeEach(async () => {
    ann = await server.person({ password: PASSWORD })
    receiver.tokens.length = 0
  })

  const cli = (...args: string[]) => askWorker(args, { ...server.env, LATCHKEY_ALLOW_NETWORKS: '127.0.0.0/8' })
  async function json<Document>(...args: string[]): Promise<Document> {
    const { code, stdout, stderr } = await cli(...args, '--json')
    expect(code, stderr).to.equal(0)
    return JSON.parse(stdout) as Document
  }
  const signIn = async () => (await signInForTokens(server, client, ann.email)).tokens
  const list = () => json<Listed>('sessions', 'list', '--account', ann.email)
  const isLive = async ({ access_token: token }: Answer) => (await introspect(server, client, token)).body.active

  it('lists who is signed in where, the newest first, page by page', async () => {
    await signIn()
    const { id_token: token } = await signIn()
    const { items } = await list()
    expect(items).to.have.length(2)
    const [newest] = items
    expect(newest).to.deep.include({ accountId: ann.id, clientIds: [client.client_id], remembered: false })
    expect(newest!.browser).to.match(/ on /)
    expect(newest!.createdAt).to.be.at.least(items[1]!.createdAt)
    expect(newest!.endsAt).to.be.greaterThan(newest!.lastSeenAt)
    expect(claimsIn(token).sub).to.equal(ann.id)

    const first = await json<Listed>('sessions', 'list', '--account', ann.id, '--limit', '1')
    const rest = await json<Listed>('sessions', 'list', '--account', ann.id, '--cursor', first.cursor!)
    expect([...first.items, ...rest.items]).to.deep.equal(items)
    const { stdout } = await cli('sessions', 'list', '--account', ann.email)
    expect(stdout).to.match(/^UID +STATE +BROWSER +ADDRESS +CREATED +LAST SEEN +UNTIL +APPS/)
    expect(stdout).to.match(new RegExp(`^${newest!.id} +live +.* on .*${client.client_id}`, 'm'))
  })

  it('revokes one session: its tokens end at once, the other’s go on, and its app is told', async () => {
    const one = await signIn()
    const [session] = (await list()).items
    const two = await signIn()
    expect(await json('sessions', 'revoke', session!.id)).to.deep.equal({ ended: 1 })
    expect([await isLive(one), await isLive(two)]).to.deep.equal([false, true])
    expect((await refresh(server, client, one.refresh_token)).body.error).to.equal('invalid_grant')

    const told = receiver.next()
    expect((await json<{ result: string }>('jobs', 'run', 'send-logouts')).result).to.equal(
      '1 apps told, 0 not reached',
    )
    expect(claimsIn(await told)).to.deep.include({ sub: ann.id, aud: client.client_id, iss: server.issuer })

    const again = await cli('sessions', 'revoke', session!.id)
    expect([again.code, again.stderr]).to.deep.equal([1, `There is no live session ${session!.id}.\n`])
    expect((await cli('sessions', 'list', '--account', ann.email)).stdout).to.include('ended: revoked')
    const { items } = await json<Page<AuditEntry>>('security', 'audit', '--account', ann.email)
    expect(items[0]).to.deep.include({ type: 'session.ended', actor: 'command line', details: { reason: 'revoked' } })
  })

  it('revokes all of an account, and every token', async () => {
    const held = [await signIn(), await signIn()]
    const away = await signInForTokens(server, client, ann.email, {
      params: { scope: 'openid offline_access', prompt: 'consent' },
    })
    const revoked = await json('sessions', 'revoke', '--account', ann.email)
    expect(revoked).to.deep.equal({ accountId: ann.id, ended: 3 })
    for (const tokens of [...held, away.tokens]) expect(await isLive(tokens)).to.equal(false)
    expect((await list()).items.map(({ endReason }) => endReason)).to.deep.equal(['revoked', 'revoked', 'revoked'])
  })

  it('wants a session or an account, and not both', async () => {
    for (const args of [[], ['some-uid', '--account', ann.email]]) {
      const { code, stderr } = await cli('sessions', 'revoke', ...args)
      expect([code, stderr]).to.deep.equal([2, 'Name one session by its uid, or --account to end all of an account.\n'])
    }
  })

  it('cleans up: a session that ran out is removed, and that is an event', async () => {
    await signIn()
    const signIns = server.app.store.collection(signInDeclaration)
    const [live] = (await list()).items
    const { browser: _browser, ...signedIn } = live!
    await signIns.insert({ ...signedIn, id: 'ran-out', endsAt: Date.now() - 1000 })
    const { items } = await json<{ items: { name: string; result: string }[] }>('sessions', 'cleanup')
    expect(items.map(({ name }) => name)).to.have.members(['remove-expired', 'end-sign-ins'])
    expect(items.find(({ name }) => name === 'end-sign-ins')!.result).to.equal('1 sign-ins over')
    expect((await list()).items.map(({ id }) => id)).to.deep.equal([live!.id])
    const audit = await json<Page<AuditEntry>>('security', 'audit', '--account', ann.email)
    expect(audit.items[0]).to.include({ type: 'session.expired', sessionUid: 'ran-out' })
  })

  it('revokes a token by its value', async () => {
    const tokens = await signIn()
    expect(await json('tokens', 'revoke', tokens.access_token)).to.deep.equal({ kind: 'AccessToken', revoked: true })
    expect(await isLive(tokens)).to.equal(false)
    const again = await cli('tokens', 'revoke', tokens.access_token)
    expect(again.code).to.equal(1)
    expect(again.stderr).to.match(/^That is no live token of ours: [^\n]*\n$/)
  })

  it('takes the value from the standard input, and a refresh token ends all that was made from it', async () => {
    const tokens = await signIn()
    const args = ['tokens', 'revoke', '--stdin']
    const { code, stdout } = await runCli(args, { env: server.env, input: `${tokens.refresh_token}\n` })
    expect([code, stdout]).to.deep.equal([0, 'The refresh token, with everything that was made from it, is revoked.\n'])
    expect(await isLive(tokens)).to.equal(false)
    expect((await refresh(server, client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
    const { items } = await json<Page<AuditEntry>>('security', 'audit', '--account', ann.email)
    expect(items[0]).to.deep.include({ type: 'token.revoked', details: { by: 'admin' } })
    expect(JSON.stringify(items)).not.to.include(tokens.refresh_token)
  })

  it('says that a JWT cannot be revoked, and how a token is given', async () => {
    const jwt = await cli('tokens', 'revoke', (await signIn()).id_token)
    expect([jwt.code, jwt.stderr]).to.deep.equal([
      1,
      'That is a JWT, which nobody can revoke: it ends by itself, within minutes.\n',
    ])
    for (const args of [[], ['value', '--stdin']]) expect((await cli('tokens', 'revoke', ...args)).code).to.equal(2)
    expect((await cli('tokens', 'revoke', '--help')).stdout).to.include('others on this machine may see')
  })
})
