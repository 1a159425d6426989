import type { Config } from '../config/schema.ts'
import type { Log } from '../log.ts'
import { readTwilioUrl, readWebhookUrl } from './address.ts'
import { createConsoleSender, createFileSender } from './local.ts'
import type { SmsSender } from './sender.ts'
import { createTwilioSender } from './twilio.ts'
import { createWebhookSender } from './webhook.ts'

/** The sender that `sms` of the configuration names; undefined when there is none, and then nothing may need one. */
export function createSmsSender(
  { env, sms }: Pick<Config, 'env' | 'sms'>,
  call: typeof fetch,
  log: Log,
): SmsSender | undefined {
  if (sms === undefined) return undefined
  if (sms === 'console:') return createConsoleSender()
  if (sms.startsWith('file:')) return createFileSender(sms.slice('file:'.length), log, env === 'development')
  const webhook = readWebhookUrl(sms)
  if (webhook) return createWebhookSender(webhook, call, log)
  return createTwilioSender(readTwilioUrl(sms)!, call, log)
}
