import { expect } from 'chai'
import type { Listed } from '../../src/core/outbox/both.ts'
import { createOutbox, type Message } from '../../src/core/outbox/outbox.ts'
import type { JobFacts } from '../../src/cli/jobs/run-job.ts'
import type { Page } from '../../src/storage/port.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { startMailbox } from '../support/mailbox.ts'
import { freePort } from '../support/ports.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { runCli } from './cli.ts'

const locals = { brandName: 'x', email: 'secret words', startedFrom: 'x' }

describe('latchkey mail', () => {
  let server: TestServer
  before(async () => void (server = await startServer({ wrapStore: store => store })))
  afterEach(resetClock)
  after(() => server?.close())

  const run = (...args: string[]) => runCli(args, { env: server.env })
  const json = async <T>(...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as T
  const listed = async (...args: string[]) => (await json<{ items: Message[] }>('mail', 'outbox', ...args)).items
  async function post(to: string): Promise<void> {
    await server.app.postbox.post(to, 'already-registered', locals)
    await server.app.postbox.settled()
  }

  it('lists what waits, what went out and what was given up, without what it says', async () => {
    expect((await run('mail', 'outbox')).stdout).to.equal('Nothing waits.\n')
    server.mailbox.unknown.add('gone@example.com')
    await post('gone@example.com')
    await post('ann@example.com')
    await server.mailbox.close()
    await post('late@example.com')
    expect((await listed()).map(({ to, tries }) => [to, tries])).to.deep.equal([['late@example.com', 1]])
    expect((await listed('--sent')).map(({ to }) => to)).to.deep.equal(['ann@example.com'])
    const dead = await listed('--dead')
    expect(dead).to.have.length(1)
    expect(dead[0]).to.include({ to: 'gone@example.com', bounced: true }).and.not.have.property('sealed')
    const { stdout } = await run('mail', 'outbox', '--dead')
    expect(stdout).to.match(/^ID +CHANNEL +MESSAGE +TO +MADE +TRIES +NEXT TRY +LAST ERROR\n/)
    expect(stdout).to.include('the address refuses it').and.not.include('secret words')
    const both = await run('mail', 'outbox', '--dead', '--sent')
    expect([both.code, both.stderr]).to.deep.equal([2, 'Give --dead or --sent, not both.\n'])
  })

  it('sends one again, or all that were given up, by the job', async () => {
    const mailbox = await startMailbox(Number(new URL(server.mailbox.url).port))
    server.mailbox = mailbox
    const [{ id }] = (await listed('--dead')) as [Message]
    const again = await run('mail', 'retry', id)
    expect(again.stdout).to.match(/^One will be sent by the server within seconds/)
    const ran = await json<JobFacts>('jobs', 'run', 'send-outbox')
    expect(ran).to.include({ outcome: 'success' })
    expect(mailbox.to('gone@example.com')).to.have.length(1)
    // What the closed mail server held up is due within five seconds, and goes out with the next one.
    moveClock(5000)
    await post('next@example.com')
    expect(mailbox.to('late@example.com')).to.have.length(1)

    const twice = await run('mail', 'retry', id)
    expect([twice.code, twice.stderr]).to.deep.equal([1, `There is no ${id} that was given up and is still of use.\n`])
    expect((await run('mail', 'retry')).code).to.equal(2)
    expect((await run('mail', 'retry', id, '--all-dead')).code).to.equal(2)
    expect(await json('mail', 'retry', '--all-dead')).to.deep.equal({ again: 0 })
  })

  it('lists text messages after the mails, page by page, and says which they are', async () => {
    const { postbox, sealer, store } = server.app
    // This server sends no text messages: they wait.
    const text = { name: 'sms-code', accountId: 'ann', text: 'secret words', lasts: 300 }
    for (const to of ['+4915112345601', '+4915112345602']) await postbox.text({ ...text, to })
    await postbox.settled()
    const sealed = await sealer.seal('{}')
    for (const to of ['a@example.com', 'b@example.com'])
      await createOutbox(store, 'mail').put({ name: 'test', to, sealed, lasts: 300 })
    const pages: [string, string | undefined][][] = []
    let cursor: string | undefined
    do {
      const page: Page<Listed> = await json('mail', 'outbox', '--limit', '2', ...(cursor ? ['--cursor', cursor] : []))
      pages.push(page.items.map(({ channel, to }) => [channel, to]))
      cursor = page.cursor
    } while (cursor)
    expect(pages.flat()).to.deep.equal([
      ['mail', 'a@example.com'],
      ['mail', 'b@example.com'],
      ['sms', '+49\u00a0•••\u00a001'],
      ['sms', '+49\u00a0•••\u00a002'],
    ])
    const { stdout } = await run('mail', 'outbox')
    expect(stdout).to.include('text messages are off').and.not.include('secret words')
  })

  it('sends a test, and says how that went', async () => {
    const { code, stdout } = await run('mail', 'test', '--to', 'me@example.com')
    expect([code, stdout]).to.deep.equal([
      0,
      'The mail to me@example.com was taken. Whether it arrives, its mailbox tells.\n',
    ])
    expect(server.mailbox.to('me@example.com')[0]!.subject).to.equal('A test mail from Latchkey')
    const env = { ...server.env, LATCHKEY_MAIL: `smtp://127.0.0.1:${await freePort()}` }
    const away = await runCli(['mail', 'test', '--to', 'me@example.com'], { env })
    expect(away.code).to.equal(1)
    expect(away.stderr).to.match(/^The mail was not taken: .*ECONNREFUSED[^\n]*\n$/)
    const bad = await run('mail', 'test', '--to', 'me@example.com, you@example.com')
    expect([bad.code, bad.stderr]).to.deep.equal([1, 'email: Mail cannot be sent to that address.\n'])
  })

  it('is looked after by the doctor', async () => {
    server.mailbox.unknown.add('nobody@example.com')
    await post('nobody@example.com')
    const { checks } = JSON.parse((await run('doctor', '--json')).stdout) as { checks: { name: string }[] }
    expect(checks.find(({ name }) => name === 'outbox')).to.include({
      status: 'warning',
      message: 'what was given up: mails: 1, text messages: 0',
    })
  })
})
