// Links to choose a new password by that an administrator hands over: `latchkey users link --purpose reset`.
import { expect } from 'chai'
import type { Link } from '../../src/core/links/links.ts'
import type { Page } from '../../src/storage/port.ts'
import { askWorker } from '../cli/cli.ts'
import { moveClock } from '../support/clock.ts'
import { authorize, refresh } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { codeOf, signIn, signInForTokens } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn } from './factors/at-sign-in.ts'
import { askToGetBack, mailedTo, NEW_PASSWORD } from './recovery/getting-back.ts'

describe('a link to a new password that an administrator made', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    const browser = () => new Visitor(at.server.issuer)

    async function latchkey<Document>(...args: string[]): Promise<Document> {
      const { code, stdout, stderr } = await askWorker([...args, '--json'], at.server.env)
      expect(code, stderr).to.equal(0)
      return JSON.parse(stdout) as Document
    }
    const made = async (email: string, ...more: string[]) => {
      const client = ['--client', at.client.client_id]
      const args = ['users', 'link', '--purpose', 'reset', '--email', email, ...client, ...more]
      return (await latchkey<{ link: string }>(...args)).link
    }
    async function choose(link: string, password = NEW_PASSWORD) {
      const visitor = browser()
      return visitor.submit(await visitor.open(link), '/magic/reset', { password })
    }
    async function signInWith(email: string, password: string) {
      const { visitor, page } = await authorize(at.server, at.client)
      return signIn(visitor, page, email, password)
    }
    const statusOf = async (link: string) => (await browser().open(link)).status

    it('lets its owner choose one, signs nobody in, and ends all that was open', async () => {
      const { email, id } = await at.server.person()
      const { tokens } = await signInForTokens(at.server, at.client, email)
      const link = await made(email)
      const visitor = browser()
      const opened = await visitor.open(link)
      expect(opened.url.pathname).to.equal('/magic/reset')
      expect(wordsOf(opened)).to.include(email).and.include('Did you not expect this link?')
      const done = await visitor.submit(opened, '/magic/reset', { password: NEW_PASSWORD })
      expect(wordsOf(done)).to.include('Your password is changed')
      expect(visitor.cookie('latchkey_session')).to.equal(undefined)
      expect((await refresh(at.server, at.client, tokens.refresh_token)).status).to.equal(400)
      expect(wordsOf(await signInWith(email, PASSWORD))).to.include('do not belong together')
      codeOf(await signInWith(email, NEW_PASSWORD))
      expect((await visitor.post('/magic/reset', { password: PASSWORD })).status).to.equal(410)
      const types = (await at.server.app.events.ofAccount(id, { limit: 50 })).items.map(({ type }) => type)
      expect(types).to.include.members(['link.created', 'link.used', 'recovery.finished', 'account.signed_out'])
    })

    it('leaves the second factor to be asked for', async () => {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      await choose(await made(account.email))
      const next = await signInWith(account.email, NEW_PASSWORD)
      expect(wordsOf(next)).to.include('Enter the code from your app')
      expect(app.code()).to.match(/^\d{6}$/)
    })

    it('is not used up by mail scanners, nor by a password that is refused', async () => {
      const { email } = await at.server.person()
      const link = await made(email)
      for (let times = 0; times < 5; times += 1)
        for (const method of ['GET', 'HEAD'] as const)
          expect((await browser().send(method, new URL(link).pathname)).status).to.equal(303)
      for (const password of ['short', email]) {
        const refused = await choose(link, password)
        expect(refused.status, password).to.equal(400)
        expect(wordsOf(refused)).to.include('Choose a new password')
      }
      expect(wordsOf(await choose(link))).to.include('Your password is changed')
      const { items } = await latchkey<Page<Link & { state: string }>>('users', 'links', 'list', email)
      expect(items).to.have.length(1)
      expect(items[0]).to.include({ purpose: 'reset', state: 'used', uses: 1, createdBy: 'command line' })
      expect(items[0]!.timesOpened).to.equal(8)
      expect(items[0]!.used).to.include({ address: '127.0.0.1' })
    })

    it('is used once, by whoever is first of twenty', async () => {
      const { email } = await at.server.person()
      const link = await made(email)
      const visitors = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const visitor = browser()
          await visitor.open(link)
          return visitor
        }),
      )
      const answers = await Promise.all(
        visitors.map((visitor, place) => visitor.post('/magic/reset', { password: `${NEW_PASSWORD} ${place}` })),
      )
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
      expect(answers.filter(({ status }) => status === 410)).to.have.length(19)
      const winner = answers.findIndex(({ status }) => status === 200)
      codeOf(await signInWith(email, `${NEW_PASSWORD} ${winner}`))
    })

    it('ends with its time, a change of address, and the account', async () => {
      const moved = await at.server.person()
      const before = await made(moved.email)
      await at.server.app.accounts.change(moved.id, known => ({ ...known, email: `new-${known.email}` }))
      expect(await statusOf(before)).to.equal(410)
      const gone = await at.server.person()
      const last = await made(gone.email)
      await at.server.app.accounts.setStatus(gone.id, 'deactivated')
      expect(await statusOf(last)).to.equal(410)
      const late = await at.server.person()
      const link = await made(late.email, '--expires', '2m')
      moveClock(2 * 60_000)
      expect(await statusOf(link)).to.equal(410)
      codeOf(await signInWith(late.email, PASSWORD))
    })

    it('gives way to a newer one, whoever that was made or asked for by', async () => {
      const { email } = await at.server.person()
      const first = await made(email)
      const second = await made(email)
      expect(await statusOf(first)).to.equal(404)
      await askToGetBack(at, email)
      const { link: asked } = await mailedTo(at, email)
      expect(await statusOf(second)).to.equal(404)
      const third = await made(email)
      expect(await statusOf(asked)).to.equal(404)
      expect(wordsOf(await choose(third))).to.include('Your password is changed')
    })

    it('works from its network alone, and not where policy has no passwords', async () => {
      const { email } = await at.server.person()
      expect(await statusOf(await made(email, '--from', '203.0.113.0/24'))).to.equal(403)
      const here = await made(email, '--from', '127.0.0.1')
      await at.policy({ allowedMethods: ['passkey'] })
      const visitor = browser()
      expect((await visitor.open(here)).status).to.equal(403)
      expect((await visitor.post('/magic/reset', { password: NEW_PASSWORD })).status).to.equal(403)
      await at.policy({})
      expect(wordsOf(await choose(here))).to.include('Your password is changed')
    })
  })
})
