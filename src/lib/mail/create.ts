import type { Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import { createConsoleMailer } from './console.ts'
import { createFileMailer } from './file.ts'
import type { Mailer } from './mailer.ts'
import { createSmtpMailer } from './smtp.ts'

/** The mailer that `mail` of the configuration names. In development, mails kept as files are printed as well. */
export function createMailer(config: Pick<Config, 'env' | 'mail' | 'mailFrom'>, log: Log): Mailer {
  const { env, mail, mailFrom: from } = config
  if (mail === 'console:') return createConsoleMailer()
  if (mail.startsWith('file:')) {
    return createFileMailer(mail.slice('file:'.length), { from, log, print: env === 'development' })
  }
  return createSmtpMailer(mail, { from, log })
}
