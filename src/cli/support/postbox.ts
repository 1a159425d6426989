// Mails that a command sends. It waits for them, and says when one could not be sent: what was done stays done.
import { join } from 'node:path'
import type { Postbox } from '../../core/postbox.ts'
import type { Config } from '../../lib/config/schema.ts'
import { createLog } from '../../lib/log.ts'
import { createMailer } from '../../lib/mail/create.ts'
import { createViews } from '../../lib/views.ts'

const VIEWS = join(import.meta.dirname, '../../../views')

/** @returns undefined once all are sent, or why one is not */
export async function sendMails(
  config: Config,
  work: (postbox: Pick<Postbox, 'post'>) => void,
): Promise<string | undefined> {
  // Standard output is the command's own.
  const mailer = createMailer(config, createLog({ logLevel: 'silent', logFile: undefined }))
  const views = createViews(VIEWS, { page: { brand: { name: config.name }, lang: 'en' } })
  const sending: Promise<void>[] = []
  try {
    work({
      post(to, name, locals) {
        const mail = views.renderMail(name, locals)
        if (to !== undefined) sending.push(mailer.send({ to, ...mail }))
      },
    })
    await Promise.all(sending)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    mailer.close()
  }
}
