// What LATCHKEY_SMS may say, and what it means.
import { isLoopback } from '../network.ts'

export interface TwilioAccount {
  base: string
  accountSid: string
  authorization: string
  /** The sender: a number, a name, or a messaging service. */
  from: Record<'From', string> | Record<'MessagingServiceSid', string>
}

/** `twilio://ACCOUNT_SID:AUTH_TOKEN@HOST?from=…`, or `twilio://API_KEY:SECRET@HOST/ACCOUNT_SID?from=…`. */
export function readTwilioUrl(value: string): TwilioAccount | undefined {
  if (!URL.canParse(value)) return undefined
  const url = new URL(value)
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  const accountSid = url.pathname.slice(1) || user
  // In a query a plus stands for a space.
  const from = (url.searchParams.get('from') ?? '').replace(/^ /, '+')
  const sender = /^MG[0-9a-f]{32}$/i.test(from) ? { MessagingServiceSid: from } : { From: from }
  const isSender =
    'MessagingServiceSid' in sender || /^(\+[1-9]\d{6,14}|\d{5,6}|(?=.*[a-z])[a-z0-9 ]{1,11})$/i.test(from)
  if (url.protocol !== 'twilio:' || !url.hostname || !user || !password || !isSender) return undefined
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid)) return undefined
  return {
    base: `${isLoopback(url.hostname) ? 'http' : 'https'}://${url.host}`,
    accountSid,
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    from: sender,
  }
}

export interface SmsWebhook {
  url: string
  secret: string
}

/** `webhook+https://:SECRET@HOST/PATH`; plain http to the machine itself alone. */
export function readWebhookUrl(value: string): SmsWebhook | undefined {
  if (!/^webhook\+https?:\/\//.test(value) || !URL.canParse(value.slice('webhook+'.length))) return undefined
  const url = new URL(value.slice('webhook+'.length))
  const secret = decodeURIComponent(url.password)
  if (secret.length < 32 || url.username || (url.protocol === 'http:' && !isLoopback(url.hostname))) return undefined
  url.password = ''
  return { url: url.href, secret }
}

/** Whether it is an address that names a sender. */
export function isSms(value: string): boolean {
  if (value === 'console:' || /^file:[^\0]+$/.test(value)) return true
  return (value.startsWith('twilio:') ? readTwilioUrl(value) : readWebhookUrl(value)) !== undefined
}
