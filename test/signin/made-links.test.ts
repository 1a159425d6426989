// Links that an administrator makes: `latchkey users link`.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn } from './factors/at-sign-in.ts'

const START = 'https://app.example/start'

describe('a link that an administrator made', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    let app: ClientView
    before(async () => {
      app = await at.server.register('web', { first_party: true, initiate_login_uri: START })
    })

    async function made(account: Account, client = app, more: { maxUses?: number; network?: string } = {}) {
      const wanted = { purpose: 'sign-in', account, clientId: client.client_id, lasts: 3600, maxUses: 1 } as const
      const { links } = at.server.app.methodServices
      return `/magic/${(await links.make({ ...wanted, createdBy: 'a test', ...more })).token}`
    }
    const browser = () => new Visitor(at.server.issuer)

    it('leads to the app, and the sign-in that the app begins asks for nothing more', async () => {
      const account = await at.server.person()
      const visitor = browser()
      const opened = await visitor.open(await made(account))
      expect(opened.url.pathname).to.equal('/magic')
      expect(wordsOf(opened)).to.include(account.email)
      const away = await visitor.submit(opened, '/magic')
      expect(away.url.href).to.equal(`${START}?iss=${encodeURIComponent(at.server.issuer)}`)
      const { page } = await authorize(at.server, app, {}, visitor)
      expect(answerOf(page)).to.have.property('code')
      // The pass is used up, as the link is.
      const again = await authorize(at.server, app, { prompt: 'login' }, visitor)
      expect(again.page.url.pathname).to.match(/^\/signin\//)
    })

    it('signs nobody in to another app, and is not a second factor', async () => {
      const account = await at.server.person()
      const totp = await addTotp(at.server, account)
      const visitor = browser()
      await visitor.submit(await visitor.open(await made(account)), '/magic')
      expect(wordsOf((await authorize(at.server, at.client, {}, visitor)).page)).to.include('Email or username')
      const { page } = await authorize(at.server, app, {}, visitor)
      expect(wordsOf(page)).to.include('Enter the code from your app')
      // Both are something that the person has: two of them are one factor still.
      const asked = await visitor.submit(page, '/prove/totp', { code: totp.code() })
      const end = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
      expect(answerOf(end)).to.have.property('code')
    })

    it('is used as often as it was made for', async () => {
      const link = await made(await at.server.person(), app, { maxUses: 2 })
      const tried = async () => {
        const visitor = browser()
        const opened = await visitor.open(link)
        return opened.status === 200 ? (await visitor.send('POST', '/magic', {})).status : opened.status
      }
      expect([await tried(), await tried(), await tried()]).to.deep.equal([303, 303, 410])
    })

    it('leads by a button to an app that has only an address of its own', async () => {
      const client_uri = 'https://app.example/'
      const plain = await at.server.register('web', { first_party: true, client_uri })
      const visitor = browser()
      const ready = await visitor.submit(await visitor.open(await made(await at.server.person(), plain)), '/magic')
      expect(ready.html).to.include(`href="${client_uri}"`)
      expect(answerOf((await authorize(at.server, plain, {}, visitor)).page)).to.have.property('code')
    })

    it('ends the session of somebody else in this browser, after saying so', async () => {
      const before = await at.server.person()
      const { visitor } = await at.afterPassword(before.email)
      const account = await at.server.person()
      const opened = await visitor.open(await made(account))
      expect(wordsOf(opened)).to.include(`you are signed in as ${before.email}`)
      await visitor.submit(opened, '/magic')
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, visitor)
      expect(answerOf(page).error).to.equal('login_required')
      expect(answerOf((await authorize(at.server, app, {}, visitor)).page)).to.have.property('code')
    })

    it('leaves a pass for ten minutes, and none that outlives a reset of the account', async () => {
      for (const wait of ['time', 'reset']) {
        const account = await at.server.person()
        const visitor = browser()
        await visitor.submit(await visitor.open(await made(account)), '/magic')
        if (wait === 'time') moveClock(10 * 60_000)
        else await at.server.app.accounts.endAllBefore(account.id)
        expect(wordsOf((await authorize(at.server, app, {}, visitor)).page)).to.include('Email or username')
      }
    })

    it('is refused for a disabled account, another network and an app that is gone: each says what to do', async () => {
      const account = await at.server.person()
      const links = [await made(account, app, { network: '203.0.113.0/24' })]
      const gone = await at.server.register('web', { client_uri: 'https://gone.example' })
      links.push(await made(account, gone))
      await at.server.app.clients.remove(gone.client_id, { actor: 'a test' })
      const disabled = await at.server.person()
      links.push(await made(disabled))
      await at.server.app.accounts.setStatus(disabled.id, 'deactivated')
      for (const link of [...links, '/magic/truncated']) {
        const visitor = browser()
        const opened = await visitor.open(link)
        expect(opened.status).to.be.within(400, 499)
        expect(wordsOf(opened)).to.include('Ask for a new one where you got it')
        expect((await visitor.send('POST', '/magic', {})).status).to.equal(opened.status)
      }
    })
  })
})
