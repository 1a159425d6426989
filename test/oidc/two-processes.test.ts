// Two processes on one store. This test's own server registers and looks; the races are run by the other two.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { answerOf, authorize, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine, WITH_REDIS } from '../support/engines.ts'
import { codeOf, redeem, signInForTokens } from '../support/flow.ts'
import { startFleet, type Fleet } from '../support/processes.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

const RACERS = 50

describe('two processes on one store', () => {
  eachEngine((_name, openUrl, env) => {
    let desk: TestServer
    let fleet: Fleet
    let client: ClientView
    let email: string
    let visitor: Visitor

    before(async () => {
      const store = await openUrl()
      fleet = await startFleet(2, store, undefined, env)
      desk = await startServer({ store, env: { ...env, LATCHKEY_SECRETS: fleet.secrets } })
      client = await desk.register('web')
      email = (await desk.person()).email
      visitor = new Visitor(fleet.issuer)
    })
    after(async () => {
      await Promise.all([desk?.close(), fleet?.stop()])
    })

    const at = (turn: number) => ({ issuer: fleet.addresses[turn % fleet.addresses.length]! })
    const race = <T>(run: (server: { issuer: string }) => Promise<T>) =>
      Promise.all(Array.from({ length: RACERS }, (_, turn) => run(at(turn))))
    const tokens = async () => (await signInForTokens({ ...desk, ...at(0) }, client, email, { visitor })).tokens

    it('have one set of keys, made once though both started at once', async () => {
      const sets = await Promise.all(
        fleet.addresses.map(async address => {
          const { keys } = (await (await fetch(`${address}/jwks`)).json()) as { keys: { kid: string }[] }
          return keys.map(({ kid }) => kid)
        }),
      )
      expect(sets[0]).to.have.length(3)
      expect(sets[1]).to.deep.equal(sets[0])
    })

    it('redeem a code once, of 50 requests that are split across both', async () => {
      await tokens()
      const { page, codeVerifier } = await authorize(at(0), client, {}, visitor)
      const answers = await race(server => redeem(server, client, codeOf(page), codeVerifier))
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).to.have.length(RACERS - 1)
    })

    it('refresh once, of 50 requests that are split across both, and the winner’s tokens work at either', async () => {
      const { refresh_token: token } = await tokens()
      const answers = await race(server => refresh(server, client, token))
      const winners = answers.filter(({ status }) => status === 200)
      expect(winners).to.have.length(1)
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).to.have.length(RACERS - 1)
      const [{ body }] = winners as [(typeof winners)[0]]
      for (const turn of [0, 1]) expect((await userinfo(at(turn), body.access_token)).status).to.equal(200)
      expect((await refresh(at(1), client, body.refresh_token)).status).to.equal(200)
    })

    it('add to one session at once: six clients, three at each, get six codes that redeem at the other', async () => {
      await tokens()
      const clients = await Promise.all(Array.from({ length: 6 }, () => desk.register('web', { first_party: true })))
      const asked = await Promise.all(clients.map((each, turn) => authorize(at(turn), each, {}, visitor)))
      for (const [turn, { page, codeVerifier }] of asked.entries()) {
        const { body } = await redeem(at(turn + 1), clients[turn]!, codeOf(page), codeVerifier)
        expect((await userinfo(at(turn), body.access_token)).status).to.equal(200)
      }
    })

    it('know a session that the other signed in, and that a third ended', async () => {
      const person = await desk.person()
      const browser = new Visitor(fleet.issuer)
      await signInForTokens({ ...desk, ...at(0) }, client, person.email, { visitor: browser })
      const elsewhere = await authorize(at(1), client, { prompt: 'none' }, browser)
      expect(answerOf(elsewhere.page)).to.have.property('code')
      await desk.app.accounts.setStatus(person.id, 'deactivated')
      for (const turn of [0, 1]) {
        const { page } = await authorize(at(turn), client, { prompt: 'none' }, browser)
        expect(answerOf(page).error).to.equal('login_required')
      }
    })
  }, WITH_REDIS)
})
