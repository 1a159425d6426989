import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { pino } from 'pino'
import type { SMTPServerEnvelope, SMTPServerOptions } from 'smtp-server'
import { SMTPServer } from 'smtp-server'
import { Refused } from '../../../src/lib/errors.ts'
import { createMailer } from '../../../src/lib/mail/create.ts'
import type { Mail } from '../../../src/lib/mail/mailer.ts'

const FROM = 'Latchkey <no-reply@example.com>'
const MAIL: Mail = {
  id: '0001',
  to: 'ada@example.com',
  subject: 'Vérify your address',
  text: 'Open https://id.example.com/verify?token=abc=def\n',
  html: '<p>Open <a href="https://id.example.com/verify?token=abc=def">this</a></p>',
}
const HOSTILE_ADDRESSES = [
  'ada@example.com\r\nBcc: eve@example.com',
  'ada@example.com, eve@example.com',
  'ada@example.com;eve@example.com',
  'Eve <eve@example.com>',
  '"eve@example.com "@example.com',
  'ada@example.com>\r\nRCPT TO:<eve@example.com',
  'ada',
  'a@b@example.com',
  '',
]

/** A log whose lines are collected. */
function collectLog() {
  const lines: Record<string, unknown>[] = []
  return { log: pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) }), lines }
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )
}

describe('mail by SMTP', () => {
  type Received = { envelope: SMTPServerEnvelope; raw: string; user: string | undefined }
  let server: SMTPServer
  let received: Received[]

  async function listen(options: SMTPServerOptions = {}): Promise<number> {
    received = []
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('wrong password')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          received.push({ envelope: session.envelope, raw: Buffer.concat(chunks).toString(), user: session.user })
          done()
        })
      },
      ...options,
    })
    server.on('error', () => {})
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    return (server.server.address() as AddressInfo).port
  }
  afterEach(done => server.close(done))

  const mailer = (url: string) => createMailer({ env: 'production', mail: url, mailFrom: FROM }, collectLog().log)

  it('hands over text and page, to one person', async () => {
    const { log, lines } = collectLog()
    const smtp = createMailer({ env: 'production', mail: `smtp://127.0.0.1:${await listen()}`, mailFrom: FROM }, log)
    await smtp.verify()
    await smtp.send(MAIL)
    smtp.close()
    expect(received).to.have.length(1)
    const { envelope, raw } = received[0]!
    expect(envelope.rcptTo.map(({ address }) => address)).to.deep.equal(['ada@example.com'])
    expect(raw)
      .to.match(/^From: Latchkey <no-reply@example\.com>\r$/m)
      .and.match(/^To: ada@example\.com\r$/m)
    expect(raw).to.include('text/plain').and.include('text/html')
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include({ to: MAIL.to, msg: 'mail sent' }).and.not.have.property('text')
  })

  it('signs in with the user and password of its address', async () => {
    const port = await listen({ authOptional: false })
    await mailer(`smtp://latchkey:right@127.0.0.1:${port}`).send(MAIL)
    expect(received[0]?.user).to.equal('latchkey')
    expect(await failure(mailer(`smtp://latchkey:wrong@127.0.0.1:${port}`).send(MAIL))).to.be.instanceOf(Error)
    expect(await failure(mailer(`smtp://latchkey:wrong@127.0.0.1:${port}`).verify())).to.be.instanceOf(Error)
  })

  it('takes the offer of TLS, and does not go on with a certificate that nobody vouches for', async () => {
    const port = await listen({ disabledCommands: [] })
    expect(await failure(mailer(`smtp://127.0.0.1:${port}`).send(MAIL))).to.match(/certificate|self.signed/i)
    expect(received).to.have.length(0)
  })

  for (const to of HOSTILE_ADDRESSES) {
    it(`refuses the address ${JSON.stringify(to)}`, async () => {
      const smtp = mailer(`smtp://127.0.0.1:${await listen()}`)
      const refused = await failure(smtp.send({ ...MAIL, to }))
      expect(refused).to.be.instanceOf(Refused).and.include({ code: 'mail.address', field: 'email' })
      expect(received).to.have.length(0)
    })
  }

  it('keeps a subject in its one header', async () => {
    await mailer(`smtp://127.0.0.1:${await listen()}`).send({
      ...MAIL,
      subject: 'Hello\r\nBcc: eve@example.com\n\nForged',
    })
    const { envelope, raw } = received[0]!
    expect(envelope.rcptTo).to.have.length(1)
    expect(raw)
      .to.match(/^Subject: Hello Bcc: eve@example\.com Forged\r$/m)
      .and.not.match(/^Bcc:/m)
  })
})

describe('mail by SMTP, without a server', () => {
  it('says that nobody is there', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    free.close()
    await once(free, 'close')
    const smtp = createMailer({ env: 'production', mail: `smtp://127.0.0.1:${port}`, mailFrom: FROM }, collectLog().log)
    expect(await failure(smtp.verify())).to.match(/ECONNREFUSED/)
    expect(await failure(smtp.send(MAIL))).to.match(/ECONNREFUSED/)
  })
})

describe('mail as files', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-mail-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const fileMailer = (log = collectLog().log) =>
    createMailer({ env: 'staging', mail: `file:${join(folder, 'mail')}`, mailFrom: FROM }, log)
  const kept = () =>
    readdirSync(join(folder, 'mail'))
      .toSorted()
      .map(name => ({ name, content: readFileSync(join(folder, 'mail', name), 'utf8') }))

  it('keeps one file a mail, for its owner alone, with the text first and as it is', async () => {
    const { log, lines } = collectLog()
    await fileMailer(log).send(MAIL)
    const [mail] = kept()
    expect(kept()).to.have.length(1)
    expect(mail?.content)
      .to.match(/^To: ada@example\.com$/m)
      .and.match(/^Subject: Vérify your address$/m)
    expect(mail?.content.indexOf(MAIL.text)).to.be.within(1, mail?.content.indexOf(MAIL.html) ?? 0)
    const path = join(folder, 'mail', mail?.name ?? '')
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(lines).to.have.length(1)
    expect(lines[0]).to.include({ to: MAIL.to, subject: MAIL.subject, file: path })
  })

  it('names them by their time', async () => {
    const now = Date.now
    try {
      for (const [index, time] of [0, 999, 1000, 1_700_000_000_000].entries()) {
        Date.now = () => time
        await fileMailer().send({ ...MAIL, subject: `mail ${index}` })
      }
    } finally {
      Date.now = now
    }
    expect(kept().map(({ content }) => /^Subject: (.*)$/m.exec(content)?.[1])).to.deep.equal([
      'mail 0',
      'mail 1',
      'mail 2',
      'mail 3',
    ])
  })

  it('lets no subject or address add a header', async () => {
    await fileMailer().send({ ...MAIL, subject: 'Hello\r\nBcc: eve@example.com' })
    expect(kept()[0]?.content)
      .to.match(/^Subject: Hello Bcc: eve@example\.com$/m)
      .and.not.match(/^Bcc:/m)
    for (const to of HOSTILE_ADDRESSES)
      expect(await failure(fileMailer().send({ ...MAIL, to }))).to.be.instanceOf(Refused)
    expect(kept()).to.have.length(1)
  })

  it('says when the folder cannot be', async () => {
    writeFileSync(join(folder, 'mail'), 'not a folder')
    expect(await failure(fileMailer().verify())).to.include({ code: 'EEXIST' })
    rmSync(join(folder, 'mail'))
    await fileMailer().verify()
  })
})
