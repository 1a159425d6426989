import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn, startMailbox } from '../support/mailbox.ts'
import { freePort } from '../support/ports.ts'
import { REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { wordsOf, type VisitedPage } from '../support/visitor.ts'

const isDone = (page: VisitedPage) => page.url.href.startsWith(`${REDIRECT_URI}?code=`)

describe('a mail server', () => {
  let server: TestServer
  let client: ClientView
  afterEach(() => server.close())

  async function start(mail: string): Promise<void> {
    server = await startServer({ env: { LATCHKEY_MAIL: mail } })
    client = await server.register('web', { first_party: true })
  }

  it('that is down: registration says the same, sign-in is as ever, and a new mail can be asked for when it is back', async () => {
    const port = await freePort()
    await start(`smtp://localhost:${port}`)
    const { visitor, page } = await authorize(server, client)
    const check = await signUp(visitor, page, { email: 'late@example.com' })
    expect(check.status).to.equal(200)
    expect(wordsOf(check)).to.include('Check your mail')
    await signInForTokens(server, client, (await server.person()).email)
    await server.app.postbox.settled()

    const mailbox = await startMailbox(port)
    const again = await visitor.submit(check, '/resend')
    // The one of before may come too, and first.
    await server.app.postbox.settled()
    const code = codeIn(mailbox.to('late@example.com').at(-1)!)
    expect(isDone(await visitor.submit(again, '/verify', { code }))).to.equal(true)
    await mailbox.close()
  })

  it('that takes the call and says nothing: nobody waits for it', async () => {
    const callers = new Set<Socket>()
    const silent: Server = createServer(socket => void callers.add(socket.on('error', () => {}))).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    await start(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`)

    const called = once(silent, 'connection')
    const { visitor, page } = await authorize(server, client)
    const check = await signUp(visitor, page, { email: 'silent@example.com' })
    expect(wordsOf(check)).to.include('Check your mail')
    await called
    const { email } = await server.person()
    const other = await authorize(server, client)
    expect(isDone(await signIn(other.visitor, other.page, email))).to.equal(true)
    // All of that went by while the mail was still under way.
    expect([...callers].map(socket => socket.readyState)).to.deep.equal(['open'])

    for (const socket of callers) socket.destroy()
    silent.close()
  })
})

describe('a mail server that stops for a minute in the middle of 50 registrations, by two processes on one store', () => {
  eachEngine((_name, openUrl) => {
    let servers: TestServer[]
    before(async () => {
      const store = await openUrl()
      const first = await startServer({ store, wrapStore: given => given })
      const { LATCHKEY_SECRETS, LATCHKEY_MAIL } = first.env
      const env = { LATCHKEY_SECRETS: LATCHKEY_SECRETS!, LATCHKEY_MAIL: LATCHKEY_MAIL! }
      servers = [first, await startServer({ store, env, wrapStore: given => given })]
    })
    after(async () => {
      resetClock()
      await Promise.all(servers?.map(server => server.close()) ?? [])
    })

    it('keeps nobody waiting, and each mail arrives once after it is back', async () => {
      const [first] = servers as [TestServer]
      const client = await first.register('web', { first_party: true })
      const emails = Array.from({ length: 50 }, (_, n) => `person${n}@example.com`)
      async function register(email: string, n: number) {
        const { visitor, page } = await authorize(servers[n % 2]!, client)
        const check = await signUp(visitor, page, { email })
        expect(check.status).to.equal(200)
        expect(wordsOf(check)).to.include('Check your mail')
        return { visitor, check, email }
      }
      const begun = await Promise.all(emails.slice(0, 25).map(register))
      await Promise.all(servers.map(({ app }) => app.postbox.settled()))
      const early = emails.filter(email => first.mailbox.to(email).length > 0)
      await first.mailbox.close()
      begun.push(...(await Promise.all(emails.slice(25).map(register))))
      await Promise.all(servers.map(({ app }) => app.postbox.settled()))

      const mailbox = await startMailbox(Number(new URL(first.mailbox.url).port))
      // Whoever has the schedule's turn, and at times both.
      for (let seconds = 0; seconds < 60; seconds += 5) {
        moveClock(5000)
        await Promise.all(servers.map(({ app }) => app.postbox.sendDue()))
      }
      expect(early).to.deep.equal(emails.slice(0, 25))
      for (const email of emails.slice(0, 25)) expect(first.mailbox.to(email), email).to.have.length(1)
      for (const email of emails.slice(25)) expect(mailbox.to(email), email).to.have.length(1)

      const { visitor, check, email } = begun.at(-1)!
      const code = codeIn(mailbox.to(email)[0]!)
      expect(isDone(await visitor.submit(check, '/verify', { code }))).to.equal(true)
      await mailbox.close()
    })
  })
})
