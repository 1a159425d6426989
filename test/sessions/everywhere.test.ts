// Two browsers and two apps, on two processes and one store. What ends on one process is refused on the other at once.
import { expect } from 'chai'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { runCli } from '../cli/cli.ts'
import { claimsIn, refresh } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { signInForTokens } from '../support/flow.ts'
import { startFleet, type Fleet } from '../support/processes.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { RoutedVisitor } from '../support/routed-visitor.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf, type Visitor } from '../support/visitor.ts'
import { allAnswered, allRefused, tryAll, type Held } from './held.ts'

const RESOURCE = 'https://api.example.com/'

describe('signing out, across two processes', () => {
  eachEngine((name, openUrl, env) => {
    let store: string
    let fleet: Fleet
    let desk: TestServer
    let receiver: Receiver
    let client: ClientView
    let other: ClientView
    let person: Account
    let one: Held
    let two: Held

    before(async () => {
      store = await openUrl()
      const resources = [{ identifier: RESOURCE, scopes: ['read'], format: 'jwt' }]
      fleet = await startFleet(2, store, undefined, { ...env, LATCHKEY_RESOURCES: JSON.stringify(resources) })
      desk = await startServer({ store, env: { ...env, LATCHKEY_SECRETS: fleet.secrets } })
      receiver = await startReceiver()
      client = await desk.register('web', {
        backchannel_logout_uri: receiver.url,
        backchannel_logout_session_required: true,
      })
      other = await desk.register('web', { client_name: 'Other app' })
    })
    after(async () => {
      await Promise.all([receiver?.close(), desk?.close(), fleet?.stop()])
    })
    beforeEach(async () => {
      person = await desk.person()
      one = await signedIn()
      two = await signedIn()
      receiver.tokens.length = 0
    })

    const process = (turn: number) => ({ issuer: fleet.addresses[turn]! })
    /** A browser whose requests go to one process after the other. */
    function browser(): Visitor {
      let turn = 0
      return new RoutedVisitor(fleet.issuer, () => process((turn += 1) % 2).issuer)
    }
    function signedIn(params: Record<string, string> = {}, to = client, visitor = browser()): Promise<Held> {
      return signInForTokens({ ...desk, issuer: fleet.issuer }, to, person.email, { visitor, params })
    }
    /** On the sign-out page, by the button with this value; `undefined` is the button that leaves the app alone. */
    async function signOut({ visitor, tokens }: Held, logout?: string) {
      const page = await visitor.open(`/logout?id_token_hint=${tokens.id_token}`)
      return visitor.submit(page, '/logout/confirm', logout ? { logout } : {})
    }
    const sids = (tokens: string[]) => tokens.map(token => claimsIn(token).sid)

    it('on all devices: the other browser’s next page and every token is refused at once, and the app is told', async () => {
      const away = await signedIn({ scope: 'openid offline_access', prompt: 'consent' })
      const told = [receiver.next(), receiver.next(), receiver.next()]
      const left = await signOut(one, 'everywhere')
      expect(wordsOf(left)).to.include('You are signed out')
      for (const held of [two, one, away])
        for (const turn of [1, 0]) expect(await tryAll(process(turn), client, held)).to.deep.equal(allRefused)

      const tokens = await Promise.all(told)
      expect(new Set(sids(tokens)).size, 'one logout for each session').to.equal(3)
      for (const token of tokens) expect(claimsIn(token).sub).to.equal(person.id)
    })

    // A server looks every 5 seconds for what others have ended, so the second command is left to one engine.
    for (const command of ['users disable', ...(name === 'sqlite' ? ['sessions revoke --account'] : [])])
      it(`by \`latchkey ${command}\`: refused on both processes at once, and a running server tells the app`, async () => {
        const told = [receiver.next(), receiver.next()]
        const variables = { ...env, LATCHKEY_STORE: store, LATCHKEY_SECRETS: fleet.secrets }
        const { code, stderr } = await runCli([...command.split(' '), person.email], { env: variables })
        expect(code, stderr).to.equal(0)
        for (const held of [two, one])
          for (const turn of [0, 1]) expect(await tryAll(process(turn), client, held)).to.deep.equal(allRefused)
        expect(new Set(sids(await Promise.all(told))).size).to.equal(2)
      })

    it('of one browser: the other goes on', async () => {
      const told = receiver.next()
      await signOut(one, 'yes')
      expect(await tryAll(process(1), client, one)).to.deep.equal(allRefused)
      for (const turn of [0, 1]) expect(await tryAll(process(turn), client, two)).to.deep.equal(allAnswered)
      await told
      expect(receiver.tokens).to.have.length(1)
    })

    it('of one app: its tokens end, the other app’s go on, and the browser stays signed in', async () => {
      const atOther = await signedIn({}, other, one.visitor)
      const left = await signOut(one)
      expect(wordsOf(left)).to.include('You have left Test app')
      const refused = { ...allRefused, 'next page': 'app', 'prompt=none': 'code' }
      expect(await tryAll(process(1), client, one)).to.deep.equal(refused)
      expect(await tryAll(process(1), other, atOther)).to.deep.equal(allAnswered)
    })

    it('on all devices: a JWT for an outside resource ends by itself, within 5 minutes', async () => {
      const { tokens } = await signInForTokens({ ...desk, issuer: fleet.issuer }, client, person.email, {
        visitor: one.visitor,
        params: { scope: 'openid read', resource: RESOURCE },
        fields: { resource: RESOURCE },
      })
      await signOut(one, 'everywhere')
      const keys = createRemoteJWKSet(new URL(`${fleet.issuer}/jwks`))
      const { payload } = await jwtVerify(tokens.access_token, keys, { audience: RESOURCE })
      expect(payload.exp! - payload.iat!).to.equal(300)
      expect((await refresh(process(1), client, tokens.refresh_token)).body.error).to.equal('invalid_grant')
    })
  }, WITH_REDIS)
})
