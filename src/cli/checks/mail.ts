import type { Config } from '../../lib/config/schema.ts'
import { createLog } from '../../lib/log.ts'
import { createMailer } from '../../lib/mail/create.ts'
import { ok, problem, reasonOf, type Finding } from './finding.ts'

/** Connects, and signs in, as sending would; nothing is sent. */
export async function checkMail(config: Config): Promise<Finding> {
  const mailer = createMailer(config, createLog({ logLevel: 'silent' }))
  try {
    await mailer.verify()
    return ok('mail', describe(config.mail))
  } catch (error) {
    const todo = config.mail.startsWith('file:')
      ? 'Let the user that runs Latchkey write to the folder, or set LATCHKEY_MAIL.'
      : 'Check LATCHKEY_MAIL: the host, the port, the user and the password; and that the mail server runs.'
    return problem('mail', `cannot be sent: ${reasonOf(error)}`, todo)
  } finally {
    mailer.close()
  }
}

function describe(mail: string): string {
  if (mail === 'console:') return 'is printed where the server runs'
  if (mail.startsWith('file:')) return `is kept as files in ${mail.slice('file:'.length)}`
  return `${new URL(mail).host} takes mail`
}
