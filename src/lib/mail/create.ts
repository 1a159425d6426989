import type { Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import type { Mailer } from './mailer.ts'

/** The mailer that `mail` of the configuration names. */
export function createMailer(config: Pick<Config, 'env' | 'mail' | 'mailFrom'>, log: Log): Mailer {
  throw new Error(`not there: ${config.mail} ${log.level}`)
}
