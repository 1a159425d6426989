import type { Config } from '../../lib/config/schema.ts'
import { createGuardedFetch } from '../../lib/fetch.ts'
import { createLog } from '../../lib/log.ts'
import { createSmsSender } from '../../lib/sms/create.ts'
import { ok, problem, reasonOf, type Finding } from './finding.ts'

/** Connects, and signs in, as sending would; nothing is sent. */
export async function checkSms(config: Config): Promise<Finding> {
  const { sms, allowNetworks } = config
  const sender = createSmsSender(config, createGuardedFetch(allowNetworks), createLog({ logLevel: 'silent' }))
  if (!sms || !sender) return ok('sms', 'is off: codes by text message are not offered')
  try {
    await sender.verify()
    return ok('sms', describe(sms))
  } catch (error) {
    const todo = sms.startsWith('file:')
      ? 'Let the user that runs Latchkey write to the folder, or set LATCHKEY_SMS.'
      : 'Check LATCHKEY_SMS: the host, the account and its secret; and LATCHKEY_ALLOW_NETWORKS for a host of your own.'
    return problem('sms', `cannot be sent: ${reasonOf(error)}`, todo)
  }
}

function describe(sms: string): string {
  if (sms === 'console:') return 'is printed where the server runs'
  if (sms.startsWith('file:')) return `is kept as files in ${sms.slice('file:'.length)}`
  const { host } = new URL(sms.replace(/^webhook\+/, ''))
  return sms.startsWith('twilio:') ? `${host} takes messages` : `${host} answers`
}
