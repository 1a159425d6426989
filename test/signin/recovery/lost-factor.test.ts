import { expect } from 'chai'
import { moveClock } from '../../support/clock.ts'
import { authorize, introspect } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { addRecoveryCodes, addTotp, type Authenticator } from '../../support/factors.ts'
import { attemptOf, codeOf, redeem, signIn } from '../../support/flow.ts'
import { PASSWORD } from '../../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../../support/visitor.ts'
import { atSignIn } from '../factors/at-sign-in.ts'
import { askToGetBack, chooseBy, mailedTo, NEW_PASSWORD } from './getting-back.ts'

const HOUR = 3_600_000

describe('a lost second factor', () => {
  eachEngine((_name, openUrl) => {
    const at = atSignIn(openUrl, { jobs: false })
    const another = () => new Visitor(at.server.issuer)
    const typesOf = async (id: string) =>
      (await at.server.app.events.ofAccount(id, { limit: 90 })).items.map(({ type }) => type)
    const tellAll = async () => {
      await at.server.app.jobs.find(({ name }) => name === 'tell-of-recoveries')!.run()
      await at.server.app.postbox.settled()
    }
    const mailsTo = (email: string) => at.server.mailbox.to(email).filter(({ text }) => text.includes('/recover/stop/'))
    const linkTo = (what: 'stop' | 'finish', text: string) =>
      new RegExp(`https?://\\S+/recover/${what}/\\S+`).exec(text)?.[0] ?? ''

    async function protectedPerson() {
      const account = await at.server.person()
      const app = await addTotp(at.server, account)
      return { ...account, app }
    }

    /** As far as the page that asks for the second factor. */
    async function toSecond(email: string, visitor = another(), password = PASSWORD) {
      const { page, codeVerifier } = await authorize(at.server, at.client, { prompt: 'login' }, visitor)
      const first = page.html.includes('name="identifier"') ? page : await visitor.submit(page, '/switch')
      return { visitor, codeVerifier, page: await signIn(visitor, first, email, password) }
    }

    async function begin(email: string) {
      const { visitor, page } = await toSecond(email)
      const asked = await visitor.open(`${attemptOf(page)}/lost`)
      const begun = await visitor.submit(asked, '/lost')
      await at.server.app.postbox.settled()
      return { visitor, asked, begun, page }
    }
    async function begunAndDue(email: string): Promise<{ stop: string; finish: string }> {
      await begin(email)
      moveClock(72 * HOUR)
      await tellAll()
      const { text } = mailsTo(email).at(-1)!
      return { stop: linkTo('stop', text), finish: linkTo('finish', text) }
    }
    const signsInBy = async (email: string, app: Authenticator): Promise<VisitedPage> => {
      const { visitor, page } = await toSecond(email)
      return visitor.submit(page, '/prove/totp', { code: app.code() })
    }

    it('is said on the page that asks for it, which explains the wait and begins it by a button', async () => {
      const { email, id } = await protectedPerson()
      const { visitor, page } = await toSecond(email)
      expect(wordsOf(page)).to.include('I have none of these')
      // There is no other way that it could be one of.
      expect(page.html).to.not.include('Other ways to sign in')
      const asked = await visitor.open(`${attemptOf(page)}/lost`)
      expect(wordsOf(asked)).to.include('You wait 72 hours.')
      expect(mailsTo(email)).to.have.length(0)
      const begun = await visitor.submit(asked, '/lost')
      expect(wordsOf(begun)).to.include('The wait has begun')
      await at.server.app.postbox.settled()
      expect(mailsTo(email).at(-1)!.subject).to.include('Somebody wants in without your second step')
      expect(await typesOf(id)).to.include('recovery.begun')
    })

    it('is told at the start, each day, shortly before the end, and at the end: each time with a link to stop it', async () => {
      const { email } = await protectedPerson()
      await begin(email)
      const counts = [mailsTo(email).length]
      for (const hours of [1, 23, 24, 20.5, 0.6, 1, 2]) {
        moveClock(hours * HOUR)
        await tellAll()
        await tellAll()
        counts.push(mailsTo(email).length)
      }
      // 1 h, 24 h, 48 h, 68.5 h, 69.1 h, 70.1 h, 72.1 h
      expect(counts).to.deep.equal([1, 1, 2, 3, 3, 4, 4, 5])
      const links = mailsTo(email).map(({ text }) => linkTo('stop', text))
      expect(new Set(links).size).to.equal(5)
      expect(links.every(Boolean)).to.equal(true)
      expect(mailsTo(email).map(({ text }) => linkTo('finish', text) !== '')).to.deep.equal([
        false,
        false,
        false,
        false,
        true,
      ])
    })

    it('is stopped by the link of any of the mails, by a button and without a sign-in', async () => {
      const { email, id } = await protectedPerson()
      const { finish } = await begunAndDue(email)
      const owner = another()
      const opened = await owner.open(linkTo('stop', mailsTo(email)[0]!.text))
      expect(wordsOf(opened)).to.include('Stop this?')
      expect(await at.server.app.recoveries.get(id)).to.include({ state: 'waiting' })
      expect(wordsOf(await owner.submit(opened, '/recover/stop'))).to.include('It is stopped')
      expect(await typesOf(id)).to.include('recovery.stopped')
      const late = another()
      expect((await late.open(finish)).status).to.equal(410)
      const { page } = await toSecond(email, late)
      expect(wordsOf(page)).to.include('Enter the code from your app')
      expect((await late.post(`${attemptOf(page)}/lost/remove`, {})).status).to.equal(404)
    })

    it('is stopped by a sign-in with the second factor', async () => {
      const { email, id, app } = await protectedPerson()
      await begin(email)
      codeOf(await signsInBy(email, app))
      expect(await at.server.app.recoveries.get(id)).to.include({ state: 'stopped' })
      const told = mailsTo(email).length
      moveClock(72 * HOUR)
      await tellAll()
      expect(mailsTo(email)).to.have.length(told)
    })

    it('is removed after the wait, by the link of the last mail and the first factor', async () => {
      const person = await protectedPerson()
      const { email, id } = person
      await addRecoveryCodes(at.server, person)
      const { finish } = await begunAndDue(email)
      const visitor = another()
      expect(wordsOf(await visitor.open(finish))).to.include('The wait is over')
      const { page, codeVerifier } = await toSecond(email, visitor)
      const shown = await visitor.open(attemptOf(page))
      expect(wordsOf(shown)).to.include('Remove what you have lost').and.include('Authenticator app')
      const end = await visitor.submit(shown, '/lost/remove')
      expect(await at.claims(end, codeVerifier)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['pwd'] })
      const { items } = await at.server.app.methodServices.credentials.list({ accountId: id }, { limit: 9 })
      expect(items.map(({ method }) => method)).to.deep.equal(['password'])
      expect(await typesOf(id)).to.include.members(['recovery.finished', 'factor.removed', 'account.signed_out'])
      expect((await another().open(finish)).status).to.equal(410)
    })

    it('leads to setting up another at once, where policy requires one', async () => {
      const { email } = await protectedPerson()
      await at.policy({ secondFactor: 'required' })
      const { finish } = await begunAndDue(email)
      const visitor = another()
      await visitor.open(finish)
      const { page } = await toSecond(email, visitor)
      const next = await visitor.submit(await visitor.open(attemptOf(page)), '/lost/remove')
      expect(wordsOf(next)).to.include('Add a second way to prove it is you')
    })

    it('ends sessions that others have, when it is removed', async () => {
      const { email, app } = await protectedPerson()
      const held = await toSecond(email)
      const code = codeOf(await held.visitor.submit(held.page, '/prove/totp', { code: app.code() }))
      const { body } = await redeem(at.server, at.client, code, held.codeVerifier)
      const { finish } = await begunAndDue(email)
      const visitor = another()
      await visitor.open(finish)
      const { page } = await toSecond(email, visitor)
      await visitor.submit(await visitor.open(attemptOf(page)), '/lost/remove')
      expect((await introspect(at.server, at.client, body.access_token)).body.active).to.equal(false)
      const again = await authorize(at.server, at.client, { prompt: 'none' }, held.visitor)
      expect(again.page.url.searchParams.get('error')).to.equal('login_required')
    })

    it('is removed once, of parallel tries', async () => {
      const { email, id } = await protectedPerson()
      const { finish } = await begunAndDue(email)
      const visitor = another()
      await visitor.open(finish)
      const { page } = await toSecond(email, visitor)
      await Promise.all(Array.from({ length: 5 }, () => visitor.send('POST', `${attemptOf(page)}/lost/remove`, {})))
      const types = await typesOf(id)
      expect(types.filter(type => type === 'recovery.finished')).to.have.length(1)
    })

    it('goes on where the password was forgotten too, and chosen anew during the wait', async () => {
      const { email } = await protectedPerson()
      const { finish } = await begunAndDue(email)
      await askToGetBack(at, email)
      await chooseBy(another(), (await mailedTo(at, email)).link)
      const visitor = another()
      expect((await visitor.open(finish)).status).to.equal(200)
      const { page } = await toSecond(email, visitor, NEW_PASSWORD)
      codeOf(await visitor.submit(await visitor.open(attemptOf(page)), '/lost/remove'))
    })

    it('is refused before the wait is over, without the link, and once it took too long', async () => {
      const { email } = await protectedPerson()
      const { visitor, page } = await begin(email)
      expect((await visitor.post(`${attemptOf(page)}/lost/remove`, {})).status).to.equal(404)
      moveClock(72 * HOUR)
      await tellAll()
      const finish = linkTo('finish', mailsTo(email).at(-1)!.text)
      const without = await toSecond(email)
      expect((await without.visitor.post(`${attemptOf(without.page)}/lost/remove`, {})).status).to.equal(404)
      const stop = linkTo('stop', mailsTo(email).at(-1)!.text)
      expect((await another().open(stop.replace('/stop/', '/finish/'))).status).to.equal(404)
      expect((await another().open(finish.replace('/finish/', '/stop/'))).status).to.equal(404)
      expect((await another().open(finish.slice(0, -1))).status).to.equal(404)
      moveClock(7 * 24 * HOUR)
      expect((await another().open(finish)).status).to.equal(410)
    })

    it('is not offered before the first factor, nor to an account without a second', async () => {
      const { email } = await at.server.person()
      const begun = await authorize(at.server, at.client)
      const asked = await begun.visitor.submit(begun.page, '/identify', { identifier: (await protectedPerson()).email })
      expect(wordsOf(asked)).to.not.include('I have none of these')
      const path = attemptOf(asked)
      expect((await begun.visitor.post(`${path}/lost`, {})).status).to.equal(403)
      expect((await begun.visitor.post(`${path}/lost/remove`, {})).status).to.equal(403)
      expect(wordsOf(await begun.visitor.open(`${path}/lost`))).to.include('Enter your password')
      codeOf((await toSecond(email)).page)
    })

    it('ends with a change of the address, or with the account', async () => {
      for (const change of [{ email: 'other' }, { status: 'disabled' as const }]) {
        const { email, id } = await protectedPerson()
        const { finish } = await begunAndDue(email)
        const changed = 'email' in change ? { email: `new.${email}` } : change
        await at.server.app.accounts.change(id, known => ({ ...known, ...changed }))
        expect((await another().open(finish)).status).to.be.oneOf([404, 410])
      }
    })

    it('may be asked for three times a week, then 429 with the time to wait', async () => {
      const { email, id } = await protectedPerson()
      const statuses: number[] = []
      for (let times = 0; times < 4; times += 1) {
        const { begun } = await begin(email)
        statuses.push(begun.status)
        if (begun.status === 429) expect(Number(begun.headers.get('retry-after'))).to.be.above(86_400)
        await at.server.app.recoveries.stop(id)
      }
      expect(statuses).to.deep.equal([200, 200, 200, 429])
    })

    it('asked for again while one waits, tells nobody twice and waits no longer', async () => {
      const { email, id } = await protectedPerson()
      await begin(email)
      const first = await at.server.app.recoveries.get(id)
      const { visitor, page } = await toSecond(email)
      expect(wordsOf(await visitor.post(`${attemptOf(page)}/lost`, {}))).to.include('The wait has begun')
      expect(await at.server.app.recoveries.get(id)).to.deep.equal(first)
      expect(mailsTo(email)).to.have.length(1)
    })
  })
})
