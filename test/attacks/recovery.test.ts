// Attacks on getting back in: attacks.md, on both stores.
import { expect } from 'chai'
import { moveClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { addTotp } from '../support/factors.ts'
import { attemptOf } from '../support/flow.ts'
import { linkIn } from '../support/mailbox.ts'
import { everyDocument } from '../support/secrets.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from '../signin/recovery/getting-back.ts'
import { expectAlike, record, type Recorded } from './alike.ts'

const HOUR = 3_600_000

describe('attacks on getting back in', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)
    const another = () => new Visitor(at.server.issuer)
    /** Opens the link elsewhere, and posts a password to its page, whatever that shows. */
    async function tryLink(link: string) {
      const visitor = another()
      const opened = await visitor.open(link)
      const posted = await visitor.post(opened.url, { password: NEW_PASSWORD })
      expect(posted.status).to.equal(opened.status)
      return opened
    }
    async function isStill(email: string, password = PASSWORD): Promise<void> {
      const { visitor, page } = await authorize(at.server, at.client)
      const asked = await visitor.submit(page, '/identify', { identifier: email })
      const end = await visitor.submit(asked, '/prove/password', { password })
      expect(end.url.searchParams.has('code')).to.equal(true)
    }

    it('reset token reused -> 410, and the password stays the one that was chosen', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      await chooseBy(another(), link)
      const again = another()
      const opened = await again.open(link)
      expect(opened.status).to.equal(410)
      expect(wordsOf(opened)).to.include('This link was used already.')
      expect((await again.post(opened.url, { password: 'another fine password of mine' })).status).to.equal(410)
      await isStill(email, NEW_PASSWORD)
    })

    it('reset token used 20 times at once -> one password is set', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async (_, number) => {
          const visitor = another()
          const opened = await visitor.open(link)
          return (await visitor.post(opened.url, { password: `${NEW_PASSWORD} ${number}` })).status
        }),
      )
      expect(statuses.filter(status => status === 200)).to.have.length(1)
      expect(statuses.filter(status => status === 410)).to.have.length(19)
    })

    it('reset token expired -> 410', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      moveClock(HOUR)
      const opened = await tryLink(link)
      expect(opened.status).to.equal(410)
      expect(wordsOf(opened)).to.include('This link is too old.').and.include('Ask for a new mail')
      await isStill(email)
    })

    it('reset token older than another, also one of another sign-in -> 404', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const { link, code } = await mailedTo(at, email)
      const first = await askToGetBack(at, email)
      const newer = await mailedTo(at, email)
      const opened = await tryLink(link)
      expect(opened.status).to.equal(404)
      expect(wordsOf(opened)).to.include('a newer one took its place')
      // The code of the older mail is one of another browser.
      if (code !== newer.code)
        expect((await first.visitor.submit(first.page, '/recover/code', { code })).status).to.equal(400)
      expect((await another().open(newer.link)).status).to.equal(200)
    })

    it('the older code, in the browser that asked for it -> refused', async () => {
      const { email } = await at.server.person()
      const first = await askToGetBack(at, email)
      const { code } = await mailedTo(at, email)
      await askToGetBack(at, email)
      const refused = await first.visitor.submit(first.page, '/recover/code', { code })
      expect(refused.status).to.equal(404)
      expect(wordsOf(refused)).to.include('a newer one took its place')
    })

    it('reset token and code after a change of the address, or after all was ended -> refused', async () => {
      for (const change of ['address', 'end'] as const) {
        const account = await at.server.person()
        const { visitor, page } = await askToGetBack(at, account.email)
        const { link, code } = await mailedTo(at, account.email)
        if (change === 'end') await at.server.app.accounts.endAllBefore(account.id)
        else await at.server.app.accounts.change(account.id, known => ({ ...known, email: `new.${known.email}` }))
        const opened = await tryLink(link)
        expect(opened.status).to.equal(410)
        expect(wordsOf(opened)).to.include('The account was changed since')
        expect((await visitor.submit(page, '/recover/code', { code })).status).to.equal(410)
      }
    })

    it('reset token truncated, foreign, of another purpose, or of another sign-in’s address -> 404', async () => {
      const account = await at.server.person()
      const { path } = await askToGetBack(at, account.email)
      const { link } = await mailedTo(at, account.email)
      const token = link.split('/').at(-1)!
      const { links } = at.server.app.methodServices
      const more = { account, clientId: at.client.client_id, lasts: 3600, maxUses: 1, createdBy: 'a test' }
      const tokens = [token.slice(0, -1), `${token}x`, 'x', '%zz', '%0D%0ASet-Cookie:x', 'x'.repeat(5000)]
      for (const purpose of ['sign-in', 'verify'] as const) tokens.push((await links.make({ ...more, purpose })).token)
      for (const one of tokens) {
        const opened = await tryLink(`${path}/reset/${one}`)
        expect(opened.status, one).to.equal(404)
        expect(wordsOf(opened)).to.include('This link is not complete')
      }
      expect((await tryLink(`/signin/another/reset/${token}`)).status).to.equal(404)
      // Nor is it a link to sign in.
      expect((await another().open(`${path}/link/${token}`)).status).to.equal(404)
      expect((await another().open(`/magic/${token}`)).status).to.equal(404)
      // One that was made for the account is no part of this sign-in, and takes the place of the one that was mailed.
      const made = await links.make({ ...more, purpose: 'reset' })
      for (const one of [made.token, token]) expect((await tryLink(`${path}/reset/${one}`)).status).to.equal(404)
      await isStill(account.email)
    })

    it('what is kept -> the SHA-256 of the token, a keyed hash of the code, and neither in the clear', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const { link, code } = await mailedTo(at, email)
      const kept = JSON.stringify([...(await everyDocument(at.server.app.store))])
      expect(kept).to.include('reset').and.not.include(link.split('/').at(-1)!)
      expect(kept).to.not.match(new RegExp(`(?<!\\w)${code}(?!\\w)`))
    })

    it('mail scanner GET/HEAD x5 -> not consumed; human POST', async () => {
      const { email } = await at.server.person()
      const { visitor } = await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      for (let times = 0; times < 5; times += 1) {
        const scanner = another()
        for (const method of ['HEAD', 'GET']) expect((await scanner.send(method, link)).status).to.equal(303)
        for (const method of ['HEAD', 'GET'])
          expect((await scanner.send(method, link.replace(/\/[^/]+$/, ''))).status).to.equal(200)
      }
      expect((await chooseBy(visitor, link)).url.searchParams.has('code')).to.equal(true)
    })

    it('leaves the token in no address, page or referrer', async () => {
      const { email } = await at.server.person()
      const { visitor } = await askToGetBack(at, email)
      const { link } = await mailedTo(at, email)
      const response = await visitor.send('GET', link)
      expect(response.headers.get('location')).to.match(/^\/signin\/[\w-]+\/reset$/)
      expect(response.headers.get('referrer-policy')).to.equal('no-referrer')
      expect((await visitor.open(link)).html).to.not.include(link.split('/').at(-1)!)
    })

    it('posts a new password without code or link -> refused, whatever the sign-in is at', async () => {
      const { email } = await at.server.person()
      const { visitor, path } = await askToGetBack(at, email)
      for (const person of [visitor, another()])
        expect((await person.post(`${path}/reset`, { password: NEW_PASSWORD })).status).to.equal(400)
      expect((await visitor.post(`${path}/prove/password`, { password: PASSWORD })).status).to.equal(409)
      await isStill(email)
    })

    it('asks as the victim, who opens the link and chooses -> the attacker’s browser goes on by nothing', async () => {
      const { email } = await at.server.person()
      const attacker = await askToGetBack(at, email)
      await chooseBy(another(), (await mailedTo(at, email)).link)
      const waiting = await attacker.visitor.open(attacker.path)
      expect(wordsOf(waiting)).to.include('Check your mail')
      expect((await attacker.visitor.post(`${attacker.path}/recover/code`, { code: '000000' })).status).to.equal(400)
      expect((await attacker.visitor.post(`${attacker.path}/reset`, {})).status).to.equal(400)
    })

    it('sends the victim the link of an account of the attacker’s -> nobody is signed in by it', async () => {
      const { email } = await at.server.person()
      await askToGetBack(at, email)
      const victim = another()
      await chooseBy(victim, linkIn(await at.server.mailTo(email)))
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, victim)
      expect(page.url.searchParams.get('error')).to.equal('login_required')
    })

    it('reads the victim’s mail, without the second factor -> a password, and no way in', async () => {
      const account = await at.server.person()
      await addTotp(at.server, account)
      const { visitor, path } = await askToGetBack(at, account.email)
      const opened = await visitor.open((await mailedTo(at, account.email)).link)
      expect(opened.html).to.not.include('data-passkey="create"')
      expect((await visitor.post(opened.url, { response: '{}' })).status).to.equal(400)
      const asked = await visitor.submit(opened, '/reset', { password: NEW_PASSWORD })
      expect(wordsOf(asked)).to.include('Enter the code from your app')
      expect((await visitor.post(`${path}/enrol/passkey`, { response: '{}' })).status).to.equal(409)
      expect((await visitor.post(`${path}/consent`, { decision: 'allow' })).status).to.equal(409)
    })

    it('guesses the code, in ever new sign-ins -> five in 15 minutes, then 429 for the account', async () => {
      const { email } = await at.server.person()
      const statuses: number[] = []
      for (let times = 0; times < 3; times += 1) {
        const { visitor, page } = await askToGetBack(at, email)
        const { code } = await mailedTo(at, email)
        const wrong = code === '000000' ? '000001' : '000000'
        for (let tries = 0; tries < 2; tries += 1)
          statuses.push((await visitor.submit(page, '/recover/code', { code: wrong })).status)
      }
      expect(statuses).to.deep.equal([400, 400, 400, 400, 400, 429])
    })

    it('asks for mail after mail -> five per account and network, then 429 with the time to wait, for anybody’s name', async () => {
      for (const name of [(await at.server.person()).email, 'nobody.here@example.com']) {
        const statuses: number[] = []
        for (let times = 0; times < 6; times += 1) statuses.push((await askToGetBack(at, name)).page.status)
        expect(statuses).to.deep.equal([200, 200, 200, 200, 200, 429])
        const { page } = await askToGetBack(at, name)
        expect(Number(page.headers.get('retry-after'))).to.be.within(1, 900)
        expect(wordsOf(page)).to.include('Too many tries.')
      }
    })

    it('enumerate by content/status/headers: reset -> byte-equal', async () => {
      const off = await at.server.person({ email: 'abcdef012342@example.com' })
      await at.server.app.accounts.setStatus(off.id, 'disabled')
      const protectedOne = await at.server.person({ email: 'abcdef012343@example.com' })
      await addTotp(at.server, protectedOne)
      await at.server.person({ email: 'abcdef012344@example.com', verified: false })
      const names = {
        somebody: (await at.server.person({ email: 'abcdef012341@example.com' })).email,
        'somebody switched off': off.email,
        'somebody with a second factor': protectedOne.email,
        'somebody unproven': 'abcdef012344@example.com',
        nobody: 'abcdef012345@example.com',
      }
      const whoever: Record<string, Recorded[]> = {}
      for (const [who, name] of Object.entries(names)) {
        const { visitor, page } = await authorize(at.server, at.client)
        const path = attemptOf(page)
        whoever[who] = []
        const keep = async (answer: Promise<Response>) => whoever[who]!.push(await record(await answer, name))
        for (let times = 0; times < 7; times += 1) {
          await keep(visitor.send('POST', `${path}/recover`, { identifier: name }))
          await keep(visitor.send('GET', path))
          await keep(visitor.send('POST', `${path}/recover/code`, { code: 'wrong' }))
          await keep(visitor.send('GET', `${path}/recover`))
        }
        for (let times = 0; times < 6; times += 1)
          await keep(visitor.send('POST', `${path}/recover/names`, { email: name }))
        await keep(visitor.send('POST', `${path}/reset`, { password: NEW_PASSWORD }))
      }
      expectAlike(whoever)
    })
  })
})
