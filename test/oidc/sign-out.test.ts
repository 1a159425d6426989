import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorization, signInForTokens, tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

/** An app's back-channel logout endpoint, which keeps what it is told. */
async function startReceiver(): Promise<{
  url: string
  tokens: string[]
  next(): Promise<string>
  server: Server
  failing: boolean
}> {
  const waiting: ((token: string) => void)[] = []
  const receiver = {
    url: '',
    tokens: [] as string[],
    failing: false,
    next: () => new Promise<string>(resolve => waiting.push(resolve)),
    server: createServer((request, response) => {
      void receive(request, response)
    }).listen(0, '127.0.0.1'),
  }
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = new URLSearchParams(await text(request)).get('logout_token') ?? ''
    response.writeHead(receiver.failing ? 500 : 200).end()
    receiver.tokens.push(token)
    waiting.shift()?.(token)
  }
  await once(receiver.server, 'listening')
  receiver.url = `http://127.0.0.1:${(receiver.server.address() as AddressInfo).port}/logout`
  return receiver
}

describe('the end of a session', () => {
  let server: TestServer
  let receiver: Awaited<ReturnType<typeof startReceiver>>
  let client: ClientView

  before(async () => {
    server = await startServer()
    receiver = await startReceiver()
    client = await server.register('web', {
      backchannel_logout_uri: receiver.url,
      backchannel_logout_session_required: true,
      post_logout_redirect_uris: ['http://127.0.0.1:9/bye'],
    })
  })
  after(async () => {
    receiver.server.close()
    await server.close()
  })

  async function uidOf(accountId: string): Promise<string> {
    const { items } = await server.app.signIns.ofAccount(accountId, { limit: 10 })
    return items.at(-1)!.id
  }

  async function refusals(visitor: Visitor, tokens: { access_token: string; refresh_token: string }) {
    const authorized = await visitor.open(authorization(server, client, { prompt: 'none' }).url)
    const userinfo = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const introspected = await tokenRequest(server, client, { token: tokens.access_token }, '/introspect')
    const refreshed = await tokenRequest(server, client, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    return {
      authorize: authorized.url.searchParams.get('error'),
      userinfo: userinfo.status,
      introspect: introspected.body.active,
      refresh: refreshed.body.error,
    }
  }
  const allRefused = { authorize: 'login_required', userinfo: 401, introspect: false, refresh: 'invalid_grant' }

  it('refuses everything that hung on it, and tells the app, when it is ended from elsewhere', async () => {
    const { id, email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email)
    const told = receiver.next()
    expect(await server.app.sessions.end(await uidOf(id), 'revoked')).to.equal(true)
    expect(await refusals(visitor, tokens)).to.deep.equal(allRefused)

    const { payload, protectedHeader } = await jwtVerify(
      await told,
      createRemoteJWKSet(new URL(`${server.issuer}/jwks`)),
      {
        issuer: server.issuer,
        audience: client.client_id,
      },
    )
    expect(protectedHeader.typ).to.equal('logout+jwt')
    expect(payload.sub).to.equal(id)
    expect(payload.sid).to.be.a('string')
    expect(payload.events).to.have.property('http://schemas.openid.net/event/backchannel-logout')
  })

  it('ends once: a second end finds nothing', async () => {
    const { id, email } = await server.person()
    await signInForTokens(server, client, email)
    const uid = await uidOf(id)
    const ends = await Promise.all(Array.from({ length: 20 }, () => server.app.sessions.end(uid, 'revoked')))
    expect(ends.filter(Boolean)).to.have.length(1)
  })

  it('ends all of a disabled account’s sessions, in each browser', async () => {
    const { id, email } = await server.person()
    const one = await signInForTokens(server, client, email)
    const other = await signInForTokens(server, client, email)
    await server.app.accounts.setStatus(id, 'disabled')
    expect(await refusals(one.visitor, one.tokens)).to.deep.equal(allRefused)
    expect(await refusals(other.visitor, other.tokens)).to.deep.equal(allRefused)
    expect(await server.app.sessions.endAll(id, 'account_disabled')).to.equal(2)
  })

  it('tells the app of a sign-out on our page, and writes how it ended', async () => {
    const { id, email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email)
    const told = receiver.next()
    const page = await visitor.open(
      `/logout?id_token_hint=${tokens.id_token}&post_logout_redirect_uri=http://127.0.0.1:9/bye&state=s`,
    )
    const left = await visitor.submit(page, '/logout/confirm', { logout: 'yes' })
    expect(left.url.href).to.equal('http://127.0.0.1:9/bye?state=s')
    expect(await told).to.be.a('string')
    expect(await refusals(visitor, tokens)).to.deep.equal(allRefused)

    const { items } = await server.app.events.ofAccount(id, { limit: 50 })
    const types = items.map(entry => entry.type)
    expect(types).to.include.members(['signin.succeeded', 'session.created', 'session.ended', 'signout.finished'])
    expect(items.find(entry => entry.type === 'session.ended')?.details).to.deep.equal({ reason: 'signed_out' })
  })

  it('keeps a logout that the app did not take, and tells it again', async () => {
    const { id, email } = await server.person()
    await signInForTokens(server, client, email)
    receiver.failing = true
    const first = receiver.next()
    await server.app.sessions.end(await uidOf(id), 'revoked')
    await first
    receiver.failing = false
    const again = receiver.next()
    const job = server.app.jobs.find(({ name }) => name === 'send-logouts')!
    let result = ''
    for (let minutes = 0; minutes < 10 && !result.startsWith('1 apps told'); minutes += 1) {
      moveClock(60_000)
      result = await job.run()
    }
    resetClock()
    expect(result).to.equal('1 apps told, 0 not reached')
    expect(await again).to.be.a('string')
  })
})
