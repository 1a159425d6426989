// Clocks that are off: of a server that was ahead and is put right, and of two processes that do not agree.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize, introspect, refresh, userinfo } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { attemptOf, authorization, codeOf, redeem, signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, type VisitedPage } from '../support/visitor.ts'

const SECOND = 1000
const NEW_PASSWORD = 'nine blue herons beside the canal'

describe('a clock that is off', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let client: ClientView
    before(async () => {
      const env = { LATCHKEY_ADDRESS_FAILURES: '1000' }
      server = await startServer({ store: await openUrl(), env })
      client = await server.register('web', { first_party: true })
    })
    after(() => server?.close())
    afterEach(resetClock)

    function setClock(offset: number): void {
      resetClock()
      moveClock(offset)
    }

    /** What came of a sign-in counts: at once, silently and once more; and once only. */
    async function expectGood(
      visitor: Visitor,
      end: VisitedPage,
      codeVerifier: string,
      turn = () => {},
    ): Promise<void> {
      const code = codeOf(end)
      turn()
      const { status, body } = await redeem(server, client, code, codeVerifier)
      expect(status, JSON.stringify(body)).to.equal(200)
      turn()
      expect((await userinfo(server, body.access_token)).status).to.equal(200)
      turn()
      expect((await introspect(server, client, body.refresh_token)).body.active).to.equal(true)
      turn()
      const renewed = await refresh(server, client, body.refresh_token)
      expect(renewed.status, JSON.stringify(renewed.body)).to.equal(200)
      turn()
      expect((await userinfo(server, renewed.body.access_token)).status).to.equal(200)
      turn()
      codeOf(await visitor.open(authorization(server, client, { prompt: 'none' }).url))
      turn()
      expect((await refresh(server, client, body.refresh_token)).body.error).to.equal('invalid_grant')
      expect((await redeem(server, client, code, codeVerifier)).body.error).to.equal('invalid_grant')
    }

    async function askForReset(email: string) {
      const begun = await authorize(server, client)
      await begun.visitor.post(`${attemptOf(begun.page)}/recover`, { identifier: email })
      return begun
    }
    async function chooseBy(visitor: Visitor, link: string): Promise<VisitedPage> {
      return visitor.submit(await visitor.open(link), '/reset', { password: NEW_PASSWORD })
    }
    /** A mail is sent by the process, and so by the clock, that has made it. */
    async function mailOf(email: string) {
      setClock(30 * SECOND)
      return server.mailTo(email)
    }

    describe('by 10 minutes, and is set back', () => {
      const setBack = () => moveClock(-600 * SECOND)

      it('leaves in who is in', async () => {
        const { email } = await server.person()
        const { visitor, tokens } = await signInForTokens(server, client, email)
        setBack()
        expect((await userinfo(server, tokens.access_token)).status).to.equal(200)
        const renewed = await refresh(server, client, tokens.refresh_token)
        expect((await userinfo(server, renewed.body.access_token)).status).to.equal(200)
        const { page, codeVerifier } = await authorize(server, client, {}, visitor)
        await expectGood(visitor, page, codeVerifier)
        const asked = await authorize(server, client, { prompt: 'login' }, visitor)
        expect(asked.page.html, 'what is asked anew').to.include('name="password"')
        const again = await visitor.submit(asked.page, '/prove/password', { password: PASSWORD })
        await expectGood(visitor, again, asked.codeVerifier)
      })

      it('lets a sign-in, a sign-up and a way back in go on that were begun before', async () => {
        const { email } = await server.person()
        const signingIn = await authorize(server, client)
        await signingIn.visitor.submit(signingIn.page, '/identify', { identifier: email })
        const signingUp = await authorize(server, client)
        const newcomer = 'newcomer@example.com'
        const check = await signUp(signingUp.visitor, signingUp.page, { email: newcomer })
        const forgetful = await server.person()
        const gettingBack = await askForReset(forgetful.email)
        const code = codeIn(await server.mailTo(newcomer))
        const link = linkIn(await server.mailTo(forgetful.email))
        setBack()

        const proven = { password: PASSWORD }
        const signedIn = await signingIn.visitor.post(`${attemptOf(signingIn.page)}/prove/password`, proven)
        await expectGood(signingIn.visitor, signedIn, signingIn.codeVerifier)
        const signedUp = await signingUp.visitor.submit(check, '/verify', { code })
        await expectGood(signingUp.visitor, signedUp, signingUp.codeVerifier)
        const back = await chooseBy(gettingBack.visitor, link)
        await expectGood(gettingBack.visitor, back, gettingBack.codeVerifier)
      })

      it('lets in who was signed out everywhere just before, and brings nothing back that was ended', async () => {
        const account = await server.person()
        const { tokens } = await signInForTokens(server, client, account.email)
        await server.app.accounts.endAllBefore(account.id)
        setBack()
        for (const status of ['deactivated', 'active'] as const) await server.app.accounts.setStatus(account.id, status)
        expect((await userinfo(server, tokens.access_token)).status).to.equal(401)
        const { visitor, page, codeVerifier } = await authorize(server, client)
        await expectGood(visitor, await signIn(visitor, page, account.email), codeVerifier)

        const later = await signInForTokens(server, client, account.email)
        await server.app.accounts.endAllBefore(account.id)
        expect((await userinfo(server, later.tokens.access_token)).status, 'signed out once more').to.equal(401)
        const { page: silent } = await authorize(server, client, { prompt: 'none' }, later.visitor)
        expect(answerOf(silent).error).to.equal('login_required')
      })
    })

    it('in one of two processes, by 30 s: a sign-up, a sign-in and a refresh go on from one to the other', async () => {
      let ahead = false
      function turn(): void {
        ahead = !ahead
        setClock(ahead ? 30 * SECOND : 0)
      }
      class Between extends Visitor {
        override send(...request: Parameters<Visitor['send']>): ReturnType<Visitor['send']> {
          turn()
          return super.send(...request)
        }
      }
      const signingUp = await authorize(server, client, {}, new Between(server.issuer))
      const email = 'between@example.com'
      const check = await signUp(signingUp.visitor, signingUp.page, { email })
      const code = codeIn(await mailOf(email))
      const end = await signingUp.visitor.submit(check, '/verify', { code })
      await expectGood(signingUp.visitor, end, signingUp.codeVerifier, turn)
      const again = await authorize(server, client, { prompt: 'login' }, signingUp.visitor)
      const proven = await again.visitor.submit(again.page, '/prove/password', { password: PASSWORD })
      await expectGood(again.visitor, proven, again.codeVerifier, turn)
      const back = await authorize(server, client, {}, new Between(server.issuer))
      await back.visitor.post(`${attemptOf(back.page)}/recover`, { identifier: email })
      const chosen = await chooseBy(back.visitor, linkIn(await mailOf(email)))
      await expectGood(back.visitor, chosen, back.codeVerifier, turn)
    })

    it('in one of two processes, by 10 minutes: what was used at one is used up at the other', async () => {
      const account = await server.person()
      const { visitor, page, codeVerifier } = await authorize(server, client)
      const code = codeOf(await signIn(visitor, page, account.email))
      const redeemed = await redeem(server, client, code, codeVerifier)
      const refreshed = await refresh(server, client, redeemed.body.refresh_token)
      expect(refreshed.status).to.equal(200)
      for (const offset of [-600, 600]) {
        setClock(offset * SECOND)
        expect((await redeem(server, client, code, codeVerifier)).body.error).to.equal('invalid_grant')
        const again = await refresh(server, client, redeemed.body.refresh_token)
        expect(again.body.error).to.equal('invalid_grant')
      }
    })

    it('in one of two processes, by 30 s: the code of an app is taken by one of them', async () => {
      const account = await server.person()
      const app = await addTotp(server, account)
      const code = app.code()
      const tryIt = async () => {
        const { visitor, page } = await authorize(server, client)
        const asked = await signIn(visitor, page, account.email)
        return visitor.submit(asked, '/prove/totp', { code })
      }
      codeOf(await tryIt())
      setClock(30 * SECOND)
      expect((await tryIt()).status).to.equal(400)
    })
  })
})
