// A server of the operator's own that sends the message: told by a signed POST (the headers of Standard Webhooks).
import { createHmac } from 'node:crypto'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { SmsWebhook } from './address.ts'
import { SmsNotTaken, type Sms, type SmsSender } from './sender.ts'

/** Milliseconds. */
const TIMEOUT = 10_000

export function createWebhookSender({ url, secret }: SmsWebhook, call: typeof fetch, log: Log): SmsSender {
  return {
    async send({ to, text }: Sms) {
      const body = JSON.stringify({ type: 'sms', to, text })
      const headers = { 'content-type': 'application/json', ...signatureOf(secret, body) }
      const signal = AbortSignal.timeout(TIMEOUT)
      const response = await call(url, { method: 'POST', headers, body, signal }).catch((error: unknown) => {
        throw new SmsNotTaken('sms.failed', error)
      })
      await response.body?.cancel()
      const cause = new Error(`the webhook answered ${response.status}`)
      if (response.status === 422) throw new SmsNotTaken('sms.number', cause)
      if (!response.ok) throw new SmsNotTaken('sms.failed', cause)
      log.info({ id: headers['webhook-id'] }, 'text message sent')
    },

    async verify() {
      // Any answer shows that it is there; what it thinks of messages, only a message can tell.
      const response = await call(url, { method: 'HEAD', signal: AbortSignal.timeout(TIMEOUT) })
      await response.body?.cancel()
    },
  }
}

/** HMAC-SHA-256 over `ID.TIMESTAMP.BODY`, so that what was overheard cannot be sent again later, or changed. */
export function signatureOf(
  secret: string,
  body: string,
): Record<`webhook-${'id' | 'timestamp' | 'signature'}`, string> {
  const id = `msg_${newId()}`
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
