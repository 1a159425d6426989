import type { NodemailerError, Transporter } from 'nodemailer'
import type { Log } from '../log.ts'
import { isLoopback } from '../network.ts'
import { checkMail, MailRefused, type Mailer } from './mailer.ts'

const TIMEOUT_MS = 10_000
/** So that nobody's absence notice answers it (RFC 3834). */
const MACHINE_MADE = { 'Auto-Submitted': 'auto-generated' }

/** Sends by SMTP. `smtp://` upgrades to TLS where the server can; `smtps://` is TLS from the start. */
export function createSmtpMailer(url: string, { from, log }: { from: string; log: Log }): Mailer {
  const { hostname, username } = new URL(url)
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? hostname
  const options = {
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    socketTimeout: 3 * TIMEOUT_MS,
    // A password must not go out in the clear because someone on the way removed the offer of TLS.
    requireTLS: username !== '' && !isLoopback(hostname),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  // Loaded with the first mail: it would hold the start up by a tenth of a second.
  let transport: Promise<Transporter> | undefined
  const connect = () => (transport ??= import('nodemailer').then(({ createTransport }) => createTransport(options)))

  return {
    async send(unchecked) {
      const { id, to, subject, text, html } = checkMail(unchecked)
      const mail = { from, to: { name: '', address: to }, subject, text, html }
      const open = await connect()
      await open.sendMail({ ...mail, messageId: `<${id}@${domain}>`, headers: MACHINE_MADE }).catch(refuseFinal)
      log.info({ to, subject }, 'mail sent')
    },
    async verify() {
      await (await connect()).verify()
    },
    close() {
      void transport?.then(open => open.close())
    },
  }
}

/**
 * What it says no to for good. A login, sender or relay that it refuses is for the operator to put right, and the mails
 * wait for that.
 */
function refuseFinal(error: NodemailerError): never {
  const { command, permanent, response = '', message } = error
  const isAddress = command === 'RCPT TO' && isAboutAddress(response)
  if (permanent && (isAddress || command === 'DATA')) throw new MailRefused(message, isAddress, { cause: error })
  throw error
}

/** By the enhanced status code (RFC 3463: 1 and 2 are the address and its mailbox), where there is one. */
function isAboutAddress(response: string): boolean {
  const enhanced = /^\d{3}[ -]5\.(\d{1,3})\.\d{1,3}\b/.exec(response)
  return enhanced === null ? /^55[013]/.test(response) : enhanced[1] === '1' || enhanced[1] === '2'
}
