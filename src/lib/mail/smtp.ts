import type { Transporter } from 'nodemailer'
import type { Log } from '../log.ts'
import { isLoopback } from '../network.ts'
import type { Mailer } from './mailer.ts'
import { checkMail } from './mailer.ts'

const TIMEOUT_MS = 10_000

/** Sends by SMTP. `smtp://` upgrades to TLS where the server can; `smtps://` is TLS from the start. */
export function createSmtpMailer(url: string, { from, log }: { from: string; log: Log }): Mailer {
  const { hostname, username } = new URL(url)
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
      const { to, subject, text, html } = checkMail(unchecked)
      await (await connect()).sendMail({ from, to: { name: '', address: to }, subject, text, html })
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
