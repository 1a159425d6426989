// Attacks on second factors, codes, step-up and what binds them to a sign-in: attacks.md, on both stores.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { moveClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addRecoveryCodes, addTotp } from '../support/factors.ts'
import { attemptOf } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { expectAlike, record, type Recorded } from './alike.ts'

const MINUTE = 60_000

describe('attacks on second factors and codes', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })

    async function tryAt(account: Account, method: string, code: string): Promise<number> {
      const { visitor, page } = await at.afterPassword(account.email)
      return (await visitor.post(`${attemptOf(page)}/prove/${method}`, { code })).status
    }

    it('guesses an app’s codes in ever fresh sign-ins: five are looked at, then the right one is refused too [CVE-2025-64102]', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const wrong = ['000000', '111111', '222222', '333333', '444444'].filter(code => code !== app.code())
      for (const code of [...wrong, '555555'].slice(0, 5)) expect(await tryAt(account, 'totp', code)).to.equal(400)
      expect(await tryAt(account, 'totp', app.code())).to.equal(429)
      moveClock(16 * MINUTE)
      expect(await tryAt(account, 'totp', app.code())).to.not.equal(429)
    })

    it('guesses slowly, a few in each window: fifty in a day', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      let looked = 0
      for (let round = 0; round < 12; round += 1) {
        const { visitor, page } = await at.afterPassword(account.email)
        for (let tries = 0; tries < 5; tries += 1) {
          const { status } = await visitor.post(`${attemptOf(page)}/prove/totp`, { code: 'wrong' })
          if (status === 400) looked += 1
        }
        moveClock(16 * MINUTE)
      }
      expect(looked).to.equal(50)
    })

    it('guesses 30 at once: five are looked at', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      const tries = Array.from({ length: 30 }, () =>
        visitor.send('POST', `${attemptOf(page)}/prove/totp`, { code: 'wrong' }),
      )
      const statuses = (await Promise.all(tries)).map(({ status }) => status)
      expect(statuses.filter(status => status === 400)).to.have.length(5)
    })

    it('guesses the other methods of the account once one is closed: each is counted by itself, and each is closed', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const [code] = await addRecoveryCodes(at.server, account)
      for (const method of ['totp', 'recovery-codes']) {
        for (let tries = 0; tries < 5; tries += 1) expect(await tryAt(account, method, 'wrong')).to.equal(400)
        expect(await tryAt(account, method, code!)).to.equal(429)
      }
    })

    it('guesses mailed codes, with a new one each five tries: five are mailed, and each account’s tries are one count', async () => {
      const { email } = await at.server.person()
      let [looked, mailed] = [0, 0]
      for (let round = 0; round < 8; round += 1) {
        const { visitor, page } = await authorize(at.server, at.client)
        await visitor.submit(page, '/identify', { identifier: email })
        const uid = attemptOf(page)
        if ((await visitor.post(`${uid}/prove/email-code/challenge`, {})).status === 200) mailed += 1
        for (let tries = 0; tries < 5; tries += 1)
          if ((await visitor.post(`${uid}/prove/email-code`, { code: 'wrong' })).status === 400) looked += 1
      }
      expect([looked, mailed]).to.deep.equal([5, 5])
    })

    it('locks the victim out of the mailed code: the password still lets them in', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      await visitor.submit(page, '/identify', { identifier: email })
      for (let tries = 0; tries < 6; tries += 1)
        await visitor.post(`${attemptOf(page)}/prove/email-code`, { code: 'x' })
      const victim = await at.afterPassword(email)
      expect(victim.page.url.searchParams.has('code')).to.equal(true)
    })

    it('locks the victim out of every code, with the password even: the victim’s own device is counted by itself', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.post(`${attemptOf(page)}/prove/totp`, { code: app.code() })
      for (let tries = 0; tries < 6; tries += 1) await tryAt(account, 'totp', 'wrong')
      const stranger = await authorize(at.server, at.client)
      await stranger.visitor.submit(stranger.page, '/identify', { identifier: account.email })
      const uid = attemptOf(stranger.page)
      for (let tries = 0; tries < 6; tries += 1) {
        await stranger.visitor.post(`${uid}/prove/email-code/challenge`, {})
        await stranger.visitor.post(`${uid}/prove/email-code`, { code: 'wrong' })
      }
      expect((await stranger.visitor.post(`${uid}/prove/email-code/challenge`, {})).status).to.equal(429)

      moveClock(MINUTE)
      expect(await tryAt(account, 'totp', app.code())).to.equal(429)
      const own = await authorize(at.server, at.client, { prompt: 'login' }, visitor)
      const mine = attemptOf(own.page)
      await at.server.app.postbox.settled()
      const before = at.server.mailbox.to(account.email).length
      expect((await visitor.post(`${mine}/prove/email-code/challenge`, {})).status).to.equal(200)
      await at.server.app.postbox.settled()
      const mails = at.server.mailbox.to(account.email)
      expect(mails).to.have.length(before + 1)
      await visitor.post(`${mine}/prove/email-code`, { code: codeIn(mails.at(-1)!) })
      await visitor.post(`${mine}/prove/totp`, { code: app.code() })
      const end = await visitor.post(`${mine}/prove/password`, { password: PASSWORD })
      expect(end.url.searchParams.has('code')).to.equal(true)

      // Whoever has that device does not guess without end either.
      const again = await authorize(at.server, at.client, { prompt: 'login' }, visitor)
      const guess = async () => (await visitor.post(`${attemptOf(again.page)}/prove/email-code`, { code: 'no' })).status
      for (let tries = 0; tries < 5; tries += 1) expect(await guess()).to.equal(400)
      expect(await guess()).to.equal(429)
    })

    it('goes on with a step-up after the session that it began from was ended: it is over', async () => {
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor } = await at.afterPassword(account.email)
      const stepUp = await authorize(at.server, at.client, { acr_values: 'urn:latchkey:acr:2' }, visitor)
      expect(stepUp.page.html).to.include('/prove/totp"')
      const { items } = await at.server.app.signIns.ofAccount(account.id, { limit: 1 })
      await at.server.app.sessions.end(items[0]!.id, 'revoked')
      const refused = await visitor.post(`${attemptOf(stepUp.page)}/prove/totp`, { code: app.code() })
      expect(refused.status).to.equal(410)
      expect(wordsOf(refused)).to.include('This sign-in has expired')
    })

    it('looks for who has an account by asking for a code: byte for byte the same, up to the limits and beyond', async () => {
      const known = await at.server.person()
      const withApp = await at.server.person()
      await addTotp(at.server, withApp)
      const disabled = await at.server.person()
      await at.server.app.accounts.setStatus(disabled.id, 'deactivated')
      const names = {
        somebody: known.email,
        'somebody with an app': withApp.email,
        'somebody disabled': disabled.email,
        'somebody unverified': (await at.server.person({ verified: false })).email,
        // As long as the others, whose length the headers tell.
        nobody: 'abcdef012345@example.com',
      }
      const whoever: Record<string, Recorded[]> = {}
      for (const [who, name] of Object.entries(names)) {
        const { visitor, page } = await authorize(at.server, at.client)
        const uid = attemptOf(page)
        const answers = [await visitor.send('POST', `${uid}/identify`, { identifier: name })]
        const get = (path: string) => visitor.send('GET', uid + path)
        const post = (path: string, fields: Record<string, string>) => visitor.send('POST', uid + path, fields)
        answers.push(await get(''), await get('/prove/email-code'), await get('/prove/totp'))
        for (let times = 0; times < 6; times += 1) {
          answers.push(await post('/prove/email-code/challenge', {}), await get('/prove/email-code'))
          answers.push(await post('/prove/email-code', { code: 'wrong' }))
        }
        answers.push(await post('/prove/totp', { code: '123456' }), await post('/prove/recovery-codes', { code: 'x' }))
        whoever[who] = []
        for (const answer of answers) whoever[who].push(await record(answer, name))
      }
      expectAlike(whoever)
    })

    it('reads a code out of an answer, an address or a cookie: never there', async () => {
      const { email } = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      const uid = attemptOf(page)
      const seen = [await visitor.send('POST', `${uid}/identify`, { identifier: email })]
      seen.push(await visitor.send('POST', `${uid}/prove/email-code/challenge`, {}))
      seen.push(await visitor.send('GET', `${uid}/prove/email-code`))
      seen.push(await visitor.send('POST', `${uid}/prove/email-code`, { code: 'wrong' }))
      const code = codeIn(await at.server.mailTo(email))
      for (const answer of seen)
        expect(`${await answer.text()}${JSON.stringify([...answer.headers])}`).to.not.include(code)
    })

    it('posts the second factor without the first, or the step after it: the server’s own state refuses [CVE-2026-49448]', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await authorize(at.server, at.client)
      const uid = attemptOf(page)
      const code = app.code()
      expect((await visitor.post(`${uid}/prove/totp`, { code })).status).to.equal(404)
      await visitor.submit(page, '/identify', { identifier: account.email })
      expect((await visitor.post(`${uid}/prove/totp`, { code })).status).to.equal(404)
      for (const path of ['/enrol/totp', '/enrol/email-code', '/skip'])
        expect((await visitor.post(uid + path, { code, send: 'yes' })).status, path).to.equal(409)
      const asked = await visitor.post(`${uid}/prove/password`, { password: PASSWORD })
      expect(wordsOf(asked)).to.include('Enter the code from your app')
      expect((await visitor.open(`/authorize/${uid.split('/').at(-1)}`)).url.searchParams.has('code')).to.equal(false)
    })

    it('swaps the person after the first proof: the second factor of the other is not what is asked', async () => {
      const [mine, theirs] = [await at.server.person(), await at.server.person()]
      const app = await addTotp(at.server, mine)
      await addTotp(at.server, theirs)
      const { visitor, page } = await at.afterPassword(mine.email)
      const uid = attemptOf(page)
      await visitor.post(`${uid}/identify`, { identifier: theirs.email })
      const answer = await visitor.post(`${uid}/prove/totp`, { code: app.code() })
      expect(answer.status).to.equal(404)
      expect(wordsOf(answer)).to.include('Enter your password')
    })

    it('uses a code of one purpose for another, or of another attempt: it is nothing there', async () => {
      const account = await at.server.person()
      const { visitor, page } = await authorize(at.server, at.client)
      await visitor.submit(page, '/identify', { identifier: account.email })
      await visitor.post(`${attemptOf(page)}/prove/email-code/challenge`, {})
      const code = codeIn(await at.server.mailTo(account.email))
      await at.policy({ secondFactor: 'required' })
      const other = await at.afterPassword(account.email)
      const uid = attemptOf(other.page)
      expect((await other.visitor.post(`${uid}/enrol/email-code`, { code })).status).to.equal(400)
      expect((await other.visitor.post(`${uid}/verify`, { code })).status).to.equal(409)
    })

    it('makes a passkey by the password alone, where the second factor is spared: none is offered, and none is taken', async () => {
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, page } = await authorize(at.server, at.client)
      const asked = await visitor.submit(page, '/identify', { identifier: account.email, able: ['passkey'] })
      const end = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
      expect(end.url.searchParams.has('code')).to.equal(true)
      expect((await visitor.open(`${attemptOf(page)}/enrol/passkey`)).html).to.not.include('data-options')
    })

    it('knows the password, and reads the mailbox, of who has an app: that is one factor, and no step-up', async () => {
      await at.policy({ secondFactor: 'off' })
      const account = await at.server.person()
      await addTotp(at.server, account)
      const byMail = async (params: Record<string, string>) => {
        const { visitor } = await at.afterPassword(account.email)
        const { page, codeVerifier } = await authorize(at.server, at.client, { prompt: 'login', ...params }, visitor)
        await visitor.post(`${attemptOf(page)}/prove/email-code/challenge`, {})
        const code = codeIn(await at.server.mailTo(account.email))
        return { page: await visitor.post(`${attemptOf(page)}/prove/email-code`, { code }), codeVerifier }
      }
      const stepUp = await byMail({ acr_values: 'urn:latchkey:acr:2' })
      expect(stepUp.page.html).to.include('/prove/totp"')
      const plain = await byMail({})
      const claims = await at.claims(plain.page, plain.codeVerifier)
      expect(claims).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['otp'] })
    })

    it('insists on an acr lower than the session’s, or one that nobody knows: satisfied or the named error, never a loop', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      await visitor.post(`${attemptOf(page)}/prove/totp`, { code: app.code() })
      const claims = (value: string) => JSON.stringify({ id_token: { acr: { essential: true, value } } })
      for (const prompt of [undefined, 'none'])
        for (const [acr, answer] of [
          ['urn:latchkey:acr:1', 'code'],
          ['urn:latchkey:acr:2', 'code'],
          ['phr', 'error'],
          ['urn:someone:else', 'error'],
        ] as const) {
          const again = await authorize(at.server, at.client, { claims: claims(acr), prompt }, visitor)
          expect(again.page.url.searchParams.has(answer), acr).to.equal(true)
          if (answer === 'error')
            expect(again.page.url.searchParams.get('error')).to.equal('unmet_authentication_requirements')
        }
    })

    it('hands the page of a second factor to another browser: it is not theirs', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { page } = await at.afterPassword(account.email)
      const thief = new Visitor(at.server.issuer)
      for (const path of ['', '/prove/totp', '/enrol/totp'])
        expect((await thief.open(attemptOf(page) + path)).status).to.equal(400)
      expect((await thief.post(`${attemptOf(page)}/prove/totp`, { code: app.code() })).status).to.equal(400)
    })

    it('posts a code by GET, as a link would: nothing is proven by it', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      for (const path of ['/prove/totp/return', '/prove/totp'])
        await visitor.open(`${attemptOf(page)}${path}?code=${app.code()}`)
      const end = await visitor.post(`${attemptOf(page)}/prove/totp`, { code: app.code() })
      expect(end.url.searchParams.has('code')).to.equal(true)
    })

    it('sends fields in shapes that nobody expects: refused, never a failure of ours', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, page } = await at.afterPassword(account.email)
      const uid = attemptOf(page)
      for (const method of [
        'totp',
        'recovery-codes',
        'email-code',
        '__proto__',
        'constructor',
        '..%2f',
        'x'.repeat(500),
      ]) {
        for (const fields of [
          {},
          { code: '' },
          { 'code[$ne]': '' },
          { code: '\u0000'.repeat(6) },
          { code: 'é'.repeat(9000) },
        ]) {
          const { status } = await visitor.post(`${uid}/prove/${method}`, fields as Record<string, string>)
          expect(status, method).to.be.within(400, 499)
        }
      }
    })
  })
})
