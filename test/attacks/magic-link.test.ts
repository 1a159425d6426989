// Attacks on links by email: attacks.md, on both stores.
import { expect } from 'chai'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { attemptOf } from '../support/flow.ts'
import { codeIn, linkIn } from '../support/mailbox.ts'
import { atSignIn } from '../signin/factors/at-sign-in.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'
import { expectAlike, record, type Recorded } from './alike.ts'

describe('attacks on links by email', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl)

    async function asked(email: string) {
      const { visitor, page } = await authorize(at.server, at.client)
      await visitor.submit(page, '/identify', { identifier: email })
      const waiting = await visitor.post(`${attemptOf(page)}/prove/magic-link/challenge`, {})
      return { visitor, waiting, uid: attemptOf(page) }
    }
    const mailed = async (email: string) => linkIn(await at.server.mailTo(email))

    it('mail scanner GET/HEAD x5 -> not consumed; human POST', async () => {
      const { email } = await at.server.person()
      const { visitor } = await asked(email)
      const link = await mailed(email)
      for (let times = 0; times < 5; times += 1) {
        const scanner = new Visitor(at.server.issuer)
        for (const method of ['HEAD', 'GET']) expect((await scanner.send(method, link)).status).to.equal(303)
        for (const method of ['HEAD', 'GET'])
          expect((await scanner.send(method, new URL('.', link).href.slice(0, -1))).status).to.equal(200)
      }
      const end = await visitor.submit(await visitor.open(link), '/link')
      expect(answerOf(end)).to.have.property('code')
    })

    it('OAuth state, a code or a token of another purpose as magic token -> purpose-bound', async () => {
      const account = await at.server.person()
      const { visitor, uid } = await asked(account.email)
      const { links } = at.server.app.methodServices
      const clientId = at.client.client_id
      const more = { account, clientId, lasts: 3600, maxUses: 1, createdBy: 'a test' }
      const invitation = await at.server.app.invitations.make(['admin'])
      const odd = ['a%3Bb', '%0D%0ASet-Cookie:x', '%zz', 'x'.repeat(5000)]
      const tokens = ['state', ...odd, new URL(await mailed(account.email)).pathname.split('/')[2]!, invitation]
      for (const token of tokens) {
        for (const path of [`${uid}/link`, '/magic']) {
          const opened = await visitor.open(`${path}/${token}`)
          expect(opened.status).to.equal(404)
          expect(wordsOf(opened)).to.include('This link is not complete')
          expect((await visitor.post(path, {})).status).to.equal(404)
        }
      }
      // One to prove an address, or to get back in, has a page of its own, and is nothing on the others.
      const pages = [`${uid}/link`, '/magic', '/magic/verify', '/magic/reset']
      for (const purpose of ['verify', 'reset'] as const) {
        const { token } = await links.make({ ...more, purpose })
        expect((await visitor.open(`${uid}/link/${token}`)).status).to.equal(404)
        expect((await visitor.open(`/magic/${token}`)).url.pathname).to.equal(`/magic/${purpose}`)
        for (const path of pages.filter(one => one !== `/magic/${purpose}`))
          expect((await visitor.post(path, { password: 'nine blue herons beside the canal' })).status).to.equal(404)
      }
      // One that begins a sign-in is nothing in another, and the other way round.
      const { token } = await links.make({ ...more, purpose: 'sign-in' })
      expect((await visitor.open(`${uid}/link/${token}`)).status).to.equal(404)
      const own = (await mailed(account.email)).split('/').at(-1)!
      expect((await visitor.open(`/magic/${own}`)).status).to.equal(404)
      expect((await visitor.post(`${uid}/prove/magic-link`, { link: token })).status).to.equal(404)
    })

    it('asks for a link as the victim, who opens and confirms it -> the attacker’s browser goes on by no click', async () => {
      const { email } = await at.server.person()
      const attacker = await asked(email)
      const victim = new Visitor(at.server.issuer)
      await victim.submit(await victim.open(await mailed(email)), '/link')
      const waiting = await attacker.visitor.open(attacker.uid)
      expect(waiting.url.pathname.startsWith(attacker.uid)).to.equal(true)
      expect((await attacker.visitor.post(`${attacker.uid}/prove/magic-link`, { code: '000000' })).status).to.equal(400)
      expect((await attacker.visitor.post(`${attacker.uid}/link`, {})).url.searchParams.has('code')).to.equal(false)
    })

    it('sends the victim a link of the attacker’s own sign-in -> nobody is signed in as the attacker [CVE-2026-7507]', async () => {
      const { email } = await at.server.person()
      await asked(email)
      const victim = new Visitor(at.server.issuer)
      const shown = await victim.submit(await victim.open(await mailed(email)), '/link')
      expect(wordsOf(shown)).to.include('Type this code where you started')
      const { page } = await authorize(at.server, at.client, { prompt: 'none' }, victim)
      expect(answerOf(page).error).to.equal('login_required')
    })

    it('another account’s or another attempt’s link -> refused, and still usable where it belongs', async () => {
      const [mine, theirs] = [await at.server.person(), await at.server.person()]
      const victim = await asked(theirs.email)
      const link = await mailed(theirs.email)
      const token = link.split('/').at(-1)!
      const attacker = await asked(mine.email)
      expect((await attacker.visitor.open(`${attacker.uid}/link/${token}`)).status).to.equal(404)
      expect((await attacker.visitor.post(`${attacker.uid}/prove/magic-link`, { link: token })).status).to.equal(404)
      const end = await victim.visitor.submit(await victim.visitor.open(link), '/link')
      expect(answerOf(end)).to.have.property('code')
    })

    it('50 parallel uses of one link -> exactly one', async () => {
      const { email, id } = await at.server.person()
      const { visitor, uid } = await asked(email)
      await visitor.open(await mailed(email))
      const tries = Array.from({ length: 50 }, () => visitor.send('POST', `${uid}/link`, {}))
      await Promise.all(tries)
      const kept = await at.server.app.methodServices.links.asked(uid.split('/')[2]!, id)
      expect(kept).to.include({ uses: 1 })
      const { items } = await at.server.app.events.ofAccount(id, { limit: 200 })
      expect(items.filter(({ type }) => type === 'link.used')).to.have.length(1)
    })

    it('guesses the code that the other browser shows -> five tries, then the right one is refused too', async () => {
      const { email } = await at.server.person()
      const { visitor, uid } = await asked(email)
      const phone = new Visitor(at.server.issuer)
      const shown = await phone.submit(await phone.open(await mailed(email)), '/link')
      const code = codeIn({ subject: '', text: wordsOf(shown) })
      const wrong = code === '000000' ? '000001' : '000000'
      const statuses = []
      for (const typed of [wrong, wrong, wrong, wrong, wrong, code])
        statuses.push((await visitor.post(`${uid}/prove/magic-link`, { code: typed })).status)
      expect(statuses).to.deep.equal([400, 400, 400, 400, 400, 429])
    })

    it('posts a sign-in from another site -> 403', async () => {
      const { email } = await at.server.person()
      const { visitor, uid } = await asked(email)
      await visitor.open(await mailed(email))
      const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
      expect((await visitor.post(`${uid}/link`, {}, foreign)).status).to.equal(403)
      expect((await visitor.post('/magic', {}, foreign)).status).to.equal(403)
    })

    it('enumerate by content/status/headers: magic -> byte-equal, also once the victim has opened the link', async () => {
      const known = await at.server.person()
      const disabled = await at.server.person()
      await at.server.app.accounts.setStatus(disabled.id, 'deactivated')
      const names = {
        somebody: known.email,
        'somebody who opens it': (await at.server.person()).email,
        'somebody disabled': disabled.email,
        'somebody unverified': (await at.server.person({ verified: false })).email,
        nobody: 'abcdef012346@example.com',
      }
      const whoever: Record<string, Recorded[]> = {}
      for (const [who, name] of Object.entries(names)) {
        const { visitor, page } = await authorize(at.server, at.client)
        const uid = attemptOf(page)
        const post = (path: string, fields: Record<string, string>) => visitor.send('POST', uid + path, fields)
        const answers = [await post('/identify', { identifier: name })]
        for (let times = 0; times < 6; times += 1) {
          answers.push(await post('/prove/magic-link/challenge', {}))
          answers.push(await visitor.send('GET', `${uid}/prove/magic-link`))
          if (who === 'somebody who opens it' && times === 3) {
            const phone = new Visitor(at.server.issuer)
            await phone.submit(await phone.open(await mailed(name)), '/link')
          }
          answers.push(await post('/prove/magic-link', { code: 'wrong' }))
          answers.push(await post('/prove/magic-link', { link: 'wrong' }))
        }
        whoever[who] = []
        for (const answer of answers) whoever[who].push(await record(answer, name))
      }
      expectAlike(whoever)
    })

    it('asks for link after link -> five per account and network, while the password still works', async () => {
      const { email } = await at.server.person()
      const { visitor, uid } = await asked(email)
      const statuses = []
      for (let times = 0; times < 5; times += 1)
        statuses.push((await visitor.post(`${uid}/prove/magic-link/challenge`, {})).status)
      expect(statuses).to.deep.equal([200, 200, 200, 200, 429])
      expect(answerOf((await at.afterPassword(email)).page)).to.have.property('code')
    })
  })
})
