import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { authorize } from '../support/endpoints.ts'
import { signIn, signInForTokens, signUp } from '../support/flow.ts'
import { codeIn, startMailbox } from '../support/mailbox.ts'
import { freePort, REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
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
    const code = codeIn(await mailbox.next('late@example.com'))
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
