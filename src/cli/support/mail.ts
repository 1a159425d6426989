import { join } from 'node:path'
import { noteBounces } from '../../core/outbox/bounces.ts'
import { createOutboxes } from '../../core/outbox/outbox.ts'
import { createTeller, type Teller } from '../../core/notices/tell.ts'
import { createPostbox, type Postbox } from '../../core/outbox/postbox.ts'
import type { Config } from '../../lib/config/schema.ts'
import { createGuardedFetch } from '../../lib/fetch.ts'
import { createLog } from '../../lib/log.ts'
import { createMailer } from '../../lib/mail/create.ts'
import type { Mailer } from '../../lib/mail/mailer.ts'
import { createSealer } from '../../lib/seal.ts'
import { createSmsSender } from '../../lib/sms/create.ts'
import { createViews, type Views } from '../../lib/views.ts'
import { nameFactor } from '../../methods/list.ts'
import type { Opened } from './open.ts'

// What became of a message is told by the outbox.
const silent = createLog({ logLevel: 'silent' })

export function openMailer(config: Config): Mailer {
  return createMailer(config, silent)
}

export function openMailViews({ name }: Config): Pick<Views, 'renderMail'> {
  return createViews(join(import.meta.dirname, '../../../views'), { page: { brand: { name }, lang: 'en' } })
}

/** They tell and send as the server's do. */
export function openMail({ config, store, accounts, events, notices, methods }: Opened): {
  postbox: Postbox
  teller: Teller
} {
  const postbox = createPostbox({
    outboxes: createOutboxes(store),
    mailer: openMailer(config),
    sms: createSmsSender(config, createGuardedFetch(config.allowNetworks), silent),
    sealer: createSealer(config.secrets),
    views: openMailViews(config),
    log: silent,
    bounced: noteBounces(accounts, events),
  })
  return { postbox, teller: createTeller({ config, notices, accounts, postbox, nameFactor: nameFactor(methods) }) }
}
