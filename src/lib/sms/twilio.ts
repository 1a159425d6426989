// Twilio's Messages API (2010-04-01).
import type { Log } from '../log.ts'
import { SmsNotTaken, type Sms, type SmsSender } from './sender.ts'
import type { TwilioAccount } from './address.ts'

/** Milliseconds. */
const TIMEOUT = 10_000

/** Codes by which Twilio says that this number gets no message: not valid, not mobile, not reachable, has said STOP. */
const BAD_NUMBER = new Set([21211, 21214, 21217, 21219, 21265, 21407, 21408, 21601, 21610, 21612, 21614, 30006, 60205])

export function createTwilioSender(account: TwilioAccount, call: typeof fetch, log: Log): SmsSender {
  const { base, accountSid, authorization, from } = account
  const messages = `${base}/2010-04-01/Accounts/${accountSid}/Messages.json`

  async function ask(url: string, init: RequestInit): Promise<Response> {
    const headers = { authorization, accept: 'application/json' }
    return call(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT) })
  }

  return {
    async send({ to, text }: Sms) {
      const body = new URLSearchParams({ To: to, ...from, Body: text })
      const response = await ask(messages, { method: 'POST', body }).catch((error: unknown) => {
        throw new SmsNotTaken('sms.failed', error)
      })
      if (!response.ok) throw await refusal(response)
      const { sid } = (await response.json().catch(() => ({}))) as { sid?: string }
      log.info({ sid }, 'text message sent')
    },

    async verify() {
      // The one thing that a restricted API key may look at too.
      const response = await ask(`${messages}?PageSize=1`, { method: 'GET' })
      if (!response.ok) throw new Error(describe(await errorIn(response)))
    },
  }
}

interface TwilioError {
  status: number
  code?: number
  message?: string
}

async function refusal(response: Response): Promise<Error> {
  const error = await errorIn(response)
  const cause = new Error(describe(error))
  return new SmsNotTaken(BAD_NUMBER.has(error.code ?? 0) ? 'sms.number' : 'sms.failed', cause)
}

async function errorIn(response: Response): Promise<TwilioError> {
  const body = (await response.json().catch(() => ({}))) as Partial<TwilioError>
  return {
    status: response.status,
    ...(typeof body.code === 'number' ? { code: body.code } : {}),
    ...(typeof body.message === 'string' ? { message: body.message.slice(0, 200) } : {}),
  }
}

/** Twilio's words name the number: digits are left out of what is logged. */
function describe({ status, code, message }: TwilioError): string {
  const words = message ? `: ${message.replace(/\+?\d{5,}/g, '…')}` : ''
  return `Twilio answered ${status}${code ? ` (error ${code})` : ''}${words}`
}
