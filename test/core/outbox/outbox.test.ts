// The outbox of a running server, whose schedule is the test's own: mails go out once, later where they must, and leave
// nothing behind that could be read.
import { expect } from 'chai'
import { createOutbox, outboxDeclaration, textsDeclaration, type Message } from '../../../src/core/outbox/outbox.ts'
import { moveClock, resetClock } from '../../support/clock.ts'
import { eachEngine } from '../../support/engines.ts'
import { startMailbox } from '../../support/mailbox.ts'
import { startServer, type TestServer } from '../../support/server.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NAME = 'already-registered'
const locals = { brandName: 'x', email: 'secret words', startedFrom: 'x' }

describe('the outbox', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    before(async () => void (server = await startServer({ store: await openUrl(), wrapStore: store => store })))
    after(() => server?.close())
    afterEach(async () => {
      resetClock()
      await server.app.postbox.settled()
      for (const { id } of await all()) await server.app.store.collection(outboxDeclaration).remove(id)
    })

    const stopMail = () => server.mailbox.close()
    async function startMail(): Promise<void> {
      server.mailbox = await startMailbox(Number(new URL(server.mailbox.url).port))
    }
    const post = (to: string | undefined, options = {}) => server.app.postbox.post(to, NAME, locals, options)
    const outbox = () => createOutbox(server.app.store, 'mail')
    const all = async (): Promise<Message[]> =>
      (await server.app.store.collection(outboxDeclaration).list({}, { limit: 500 })).items
    const only = async () => {
      const messages = await all()
      expect(messages).to.have.length(1)
      return messages[0]!
    }
    /** So much later, whatever is due. */
    async function later(milliseconds: number): Promise<void> {
      moveClock(milliseconds)
      await server.app.postbox.sendDue()
    }

    it('holds a mail sealed until it is sent, and then that it was sent alone', async () => {
      await stopMail()
      await post('ann@example.com')
      await server.app.postbox.settled()
      const waiting = await only()
      expect(waiting).to.include({ state: 'waiting', name: NAME, to: 'ann@example.com', tries: 1 })
      expect(waiting.sealed).to.match(/^eyJ/)
      expect(JSON.stringify(waiting)).to.not.include('secret words')

      await startMail()
      await later(MINUTE)
      expect(server.mailbox.to('ann@example.com')).to.have.length(1)
      expect(server.mailbox.to('ann@example.com')[0]!.text).to.include('secret words')
      const sent = await only()
      expect(sent).to.include({ state: 'sent', tries: 2 }).and.not.have.any.keys('sealed', 'error')
      moveClock(8 * 24 * HOUR)
      expect(await all()).to.deep.equal([])
    })

    it('takes the same from who is there and who is not, and leaves nothing of nobody’s', async () => {
      await stopMail()
      const written: Message[] = []
      const watched = server.app.store.collection(outboxDeclaration)
      for (const to of ['ann@example.com', undefined]) {
        await post(to)
        written.push(...(await watched.list({ state: 'waiting' }, { limit: 9 })).items)
        await server.app.postbox.settled()
      }
      await startMail()
      const left = await all()
      expect(left.map(({ to }) => to)).to.deep.equal(['ann@example.com'])
      const [ann, nobody] = [written.find(({ to }) => to !== undefined)!, written.find(({ to }) => to === undefined)]
      if (nobody) expect(nobody.sealed!.length).to.equal(ann.sealed!.length)
    })

    it('leaves nothing of a text message to nobody', async () => {
      await server.app.postbox.text({ name: 'sms-code', accountId: undefined, to: undefined, text: 'x', lasts: 300 })
      await server.app.postbox.settled()
      expect((await server.app.store.collection(textsDeclaration).list({}, { limit: 9 })).items).to.deep.equal([])
    })

    it('is sent by another process where the first one died before it could', async () => {
      await outbox().put({
        name: NAME,
        to: 'orphan@example.com',
        sealed: await server.app.sealer.seal(JSON.stringify({ subject: 'a', text: 'b', html: 'c' })),
        lasts: 3600,
      })
      // Taken up, and then nothing more was heard.
      expect(await outbox().due(5)).to.have.length(1)
      await server.app.postbox.sendDue()
      expect(server.mailbox.to('orphan@example.com')).to.deep.equal([])
      await later(4 * MINUTE)
      expect(server.mailbox.to('orphan@example.com')).to.have.length(1)
      await later(HOUR)
      expect(server.mailbox.to('orphan@example.com')).to.have.length(1)
    })

    it('gives each of 40 mails to one of 50 who ask for what is due', async () => {
      const sealed = await server.app.sealer.seal('{}')
      for (let n = 0; n < 40; n += 1) await outbox().put({ name: NAME, to: `p${n}@example.com`, sealed, lasts: 60 })
      const taken = (await Promise.all(Array.from({ length: 50 }, () => outbox().due(5)))).flat().map(({ id }) => id)
      expect(new Set(taken).size).to.equal(taken.length)
      while (taken.length < 40) taken.push(...(await outbox().due(5)).map(({ id }) => id))
      expect(new Set(taken).size).to.equal(40)
    })

    it('takes a mail that is named once, however often it is put in', async () => {
      await Promise.all(Array.from({ length: 20 }, () => post('once@example.com', { id: 'notice-1' })))
      await server.app.postbox.settled()
      expect(server.mailbox.to('once@example.com')).to.have.length(1)
    })

    it('waits longer after each failure, and gives up after 20 tries; then it is sent by hand', async () => {
      await stopMail()
      await post('late@example.com')
      await server.app.postbox.settled()
      const waits: number[] = []
      for (let message = await only(); message.state === 'waiting'; message = await only()) {
        waits.push(message.nextAt - Date.now())
        await later(message.nextAt - Date.now())
      }
      expect(waits).to.have.length(19)
      for (const [n, wait] of waits.entries()) {
        const longest = Math.min(5000 * 2 ** n, HOUR)
        expect(wait, `after try ${n + 1}`).to.be.within(longest / 2 - 5000, longest)
      }
      const { id, error } = await only()
      expect(error).to.include('ECONNREFUSED')
      await later(HOUR)
      expect(await only()).to.include({ state: 'dead', tries: 20 })

      await startMail()
      expect(await outbox().retryAll()).to.equal(1)
      await server.app.postbox.sendDue()
      expect(server.mailbox.to('late@example.com')).to.have.length(1)
      expect(await outbox().retry(id)).to.equal(undefined)
    })

    it('drops what is of no use any more, unread', async () => {
      await stopMail()
      await post('code@example.com', { lasts: 300 })
      await server.app.postbox.settled()
      await startMail()
      await later(301_000)
      expect(server.mailbox.to('code@example.com')).to.deep.equal([])
      expect(await only())
        .to.include({ state: 'late' })
        .and.not.have.property('sealed')
    })

    it('does not try an address again that refuses it, and writes that into the account’s log', async () => {
      const account = await server.person()
      const { failing } = server.app.postbox.state('mail')
      server.mailbox.unknown.add(account.email)
      await post(account.email)
      await server.app.postbox.settled()
      const bounced = await only()
      expect(bounced).to.include({ state: 'dead', bounced: true, tries: 1 })
      expect(bounced.error).to.include('5.1.1')
      await later(HOUR)
      expect((await only()).tries).to.equal(1)
      const { items } = await server.app.events.ofAccount(account.id, { limit: 10 })
      const entry = items.find(({ type }) => type === 'mail.bounced')
      expect(entry).to.deep.include({ outcome: 'failure', details: { mail: NAME } })
      expect(server.app.postbox.state('mail').failing).to.equal(failing)
    })
  })
})
