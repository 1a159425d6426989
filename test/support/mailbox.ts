// A real SMTP server that keeps what it is sent, so that tests read the mails that people would.
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  to: string
  subject: string
  text: string
  html: string
}

export interface Mailbox {
  /** For LATCHKEY_MAIL. */
  url: string
  /** Addresses that it has nobody for. */
  unknown: Set<string>
  /** Every mail to the address, oldest first. */
  to(address: string): ReceivedMail[]
  /** The next mail to the address that was not asked for before; waits for it to come. */
  next(address: string): Promise<ReceivedMail>
  close(): Promise<void>
}

/** @param wanted the port; a free one unless given */
export async function startMailbox(wanted = 0): Promise<Mailbox> {
  const mails = new Map<string, ReceivedMail[]>()
  const unknown = new Set<string>()
  const taken = new Map<string, number>()
  const arrivals = new EventEmitter().setMaxListeners(0)
  async function keep(stream: Readable): Promise<void> {
    const { to = [], subject = '', text = '', html = '' } = await PostalMime.parse(await buffer(stream))
    const address = to[0]?.address ?? ''
    mails.set(address, [...toAddress(address), { to: address, subject, text, html }])
    arrivals.emit('mail')
  }
  function toAddress(address: string): ReceivedMail[] {
    return mails.get(address) ?? []
  }
  async function next(address: string): Promise<ReceivedMail> {
    const place = taken.get(address) ?? 0
    taken.set(address, place + 1)
    for (;;) {
      const mail = toAddress(address)[place]
      if (mail) return mail
      await once(arrivals, 'mail')
    }
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const refusal = Object.assign(new Error('5.1.1 Nobody is called that here'), { responseCode: 550 })
      done(unknown.has(address) ? refusal : null)
    },
    onData(stream, _session, done) {
      void keep(stream).then(() => done(), done)
    },
  })
  // A process that is killed in the middle of a mail resets its connection: no fault of the mailbox's.
  server.on('error', () => undefined)
  server.listen(wanted, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    unknown,
    url: `smtp://127.0.0.1:${port}`,
    to: toAddress,
    next,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** The 6 digits of a verification mail, or of what else is read. */
export function codeIn(mail: Pick<ReceivedMail, 'subject' | 'text'>): string {
  const code = /\b(\d{6})\b/.exec(mail.text)?.[1]
  if (!code) throw new Error(`no code in the mail “${mail.subject}”:\n${mail.text}`)
  return code
}

/** The first link of a mail. */
export function linkIn(mail: ReceivedMail): string {
  const link = /https?:\/\/\S+/.exec(mail.text)?.[0]
  if (!link) throw new Error(`no link in the mail “${mail.subject}”:\n${mail.text}`)
  return link
}
