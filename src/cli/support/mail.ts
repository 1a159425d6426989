import { join } from 'node:path'
import { noteBounces } from '../../core/outbox/bounces.ts'
import { createOutbox } from '../../core/outbox/outbox.ts'
import { createPostbox, type Postbox } from '../../core/postbox.ts'
import type { Config } from '../../lib/config/schema.ts'
import { createLog } from '../../lib/log.ts'
import { createMailer } from '../../lib/mail/create.ts'
import type { Mailer } from '../../lib/mail/mailer.ts'
import { createSealer } from '../../lib/seal.ts'
import { createViews, type Views } from '../../lib/views.ts'
import type { Opened } from './open.ts'

// What became of a mail is told by the outbox.
const silent = createLog({ logLevel: 'silent' })

export function openMailer(config: Config): Mailer {
  return createMailer(config, silent)
}

export function openMailViews({ name }: Config): Pick<Views, 'renderMail'> {
  return createViews(join(import.meta.dirname, '../../../views'), { page: { brand: { name }, lang: 'en' } })
}

/** Sends and puts in as the server's does. */
export function openPostbox({ config, store, accounts, events }: Opened): Postbox {
  return createPostbox({
    outbox: createOutbox(store),
    mailer: openMailer(config),
    sealer: createSealer(config.secrets),
    views: openMailViews(config),
    log: silent,
    bounced: noteBounces(accounts, events),
  })
}
