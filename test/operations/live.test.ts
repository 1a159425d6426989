// The gauges of what lives, by what people and apps do.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { runCli } from '../cli/cli.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { refresh, revoke } from '../support/endpoints.ts'
import { authorization, signIn, signInForTokens, tokenRequest } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const MINUTE = 60_000

describe('what lives', () => {
  let server: TestServer
  let client: ClientView
  beforeEach(async () => {
    server = await startServer({ env: { LATCHKEY_MANAGEMENT_PORT: '0', LATCHKEY_PASSWORD_FAILURES: '2' } })
    client = await server.register('web')
  })
  afterEach(async () => {
    resetClock()
    await server.close()
  })

  async function gauges() {
    const text = await (await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).text()
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find(line => line.startsWith(`${series} `))
          ?.split(' ')[1],
      )
    return {
      sessions: value('latchkey_live_sessions'),
      access: value('latchkey_live_tokens{kind="access_token"}'),
      service: value('latchkey_live_tokens{kind="client_credentials"}'),
      refresh: value('latchkey_live_tokens{kind="refresh_token"}'),
      locked: value('latchkey_locked_accounts'),
    }
  }
  const nothing = { sessions: 0, access: 0, service: 0, refresh: 0, locked: 0 }

  it('is a session and its tokens after a sign-in, and nothing after the sign-out', async () => {
    const { email } = await server.person()
    const { visitor, tokens } = await signInForTokens(server, client, email)
    expect(await gauges()).to.deep.equal({ ...nothing, sessions: 1, access: 1, refresh: 1 })
    // Used again, it is still one.
    await visitor.open(authorization(server, client).url)
    expect((await gauges()).sessions).to.equal(1)

    const asked = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
    await visitor.submit(asked, '/logout/confirm', { logout: 'yes' })
    expect(await gauges()).to.deep.equal(nothing)
  })

  it('has no session for those who only come to the sign-in page', async () => {
    await new Visitor(server.issuer).open(authorization(server, client).url)
    expect(await gauges()).to.deep.equal(nothing)
  })

  it('has one refresh token however often it is rotated, and none once it is revoked', async () => {
    const { email } = await server.person()
    let { refresh_token: token } = (await signInForTokens(server, client, email)).tokens
    for (let times = 0; times < 3; times += 1) token = (await refresh(server, client, token)).body.refresh_token
    expect(await gauges()).to.include({ refresh: 1, access: 4 })
    await revoke(server, client, token)
    expect(await gauges()).to.deep.equal({ ...nothing, sessions: 1 })
  })

  it('has an app’s own tokens, until they expire', async () => {
    const service = await server.register('service')
    for (let times = 0; times < 3; times += 1) await tokenRequest(server, service, { grant_type: 'client_credentials' })
    expect(await gauges()).to.deep.equal({ ...nothing, service: 3 })
    moveClock(16 * MINUTE)
    expect(await gauges()).to.deep.equal(nothing)
  })

  it('has a locked account once, until it is unlocked or its time is over', async () => {
    const people = [await server.person(), await server.person()]
    for (const { email } of people) {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(authorization(server, client).url)
      for (let wrong = 0; wrong < 4; wrong += 1) await signIn(visitor, page, email, 'wrong')
    }
    expect((await gauges()).locked).to.equal(2)
    await runCli(['security', 'unlock', people[0]!.email], { env: server.env })
    expect((await gauges()).locked).to.equal(1)
    await runCli(['security', 'unlock', people[0]!.email], { env: server.env })
    expect((await gauges()).locked).to.equal(1)
    moveClock(16 * MINUTE)
    expect((await gauges()).locked).to.equal(0)
  })

  it('counts what the command line ends', async () => {
    const { email } = await server.person()
    const { tokens } = await signInForTokens(server, client, email)
    await runCli(['sessions', 'revoke', '--account', email], { env: server.env })
    await runCli(['tokens', 'revoke', tokens.access_token], { env: server.env })
    expect(await gauges()).to.include({ sessions: 0, access: 0 })
  })
})
