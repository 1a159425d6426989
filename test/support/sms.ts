// Servers that take text messages as real ones do, and keep them.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface ReceivedSms {
  to: string
  from: string
  text: string
}

export interface SmsServer {
  /** For LATCHKEY_SMS. */
  url: string
  /** Every message taken so far, oldest first. */
  messages: ReceivedSms[]
  /** What was wrong with requests that were not taken. */
  complaints: string[]
  /** Leaves the next message without an answer until it is released; then it is taken as any. */
  hangNext(): { reached: Promise<void>; release(): void }
  /** Answers the next message so, in the place of taking it. */
  refuseNext(status: number, body?: object): void
  close(): Promise<void>
}

export const ACCOUNT_SID = 'AC0123456789abcdef0123456789abcdef'
export const AUTH_TOKEN = 'an/auth+token:of 32 characters…'
export const FROM = '+15005550006'

interface Answer {
  status: number
  body: object
}

/** As api.twilio.com at its Messages resource: what it would not take there is not taken here, and complained of. */
export async function startTwilio({ from = FROM } = {}): Promise<SmsServer> {
  const server = newServer()
  const path = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`
  const expected = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname } = new URL(request.url!, 'http://twilio')
    if (pathname !== path) return refused(404, 20404, `The requested resource ${pathname} was not found`)
    if (request.headers.authorization !== expected) return refused(401, 20003, 'Authenticate')
    if (request.method === 'GET') return { status: 200, body: { messages: [] } }
    if (request.method !== 'POST') return refused(405, 20004, 'Method not allowed')
    if (!/^application\/x-www-form-urlencoded\b/.test(request.headers['content-type'] ?? ''))
      return refused(400, 21603, 'no form')
    const form = new URLSearchParams(await text(request))
    const names = [...form.keys()].toSorted()
    const sender = from.startsWith('MG') ? 'MessagingServiceSid' : 'From'
    if (names.join() !== ['Body', sender, 'To'].toSorted().join()) return refused(400, 21604, `fields ${names.join()}`)
    const [to, body] = [form.get('To')!, form.get('Body')!]
    if (form.get(sender) !== from) return refused(400, 21606, `The ${sender} is not yours`)
    if (!/^\+[1-9]\d{6,14}$/.test(to)) return refused(400, 21211, `The 'To' number ${to} is not a valid phone number.`)
    if (body === '' || body.length > 1600) return refused(400, 21617, 'The body is too long')
    server.messages.push({ to, from, text: body })
    return { status: 201, body: { sid: `SM${'0'.repeat(32)}`, status: 'queued', error_code: null } }
  }
  function refused(status: number, code: number, message: string): Answer {
    server.complaints.push(`${status} ${code} ${message}`)
    return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } }
  }

  const { port, close } = await listen(server, answer)
  const user = `${ACCOUNT_SID}:${encodeURIComponent(AUTH_TOKEN)}`
  return { ...server, url: `twilio://${user}@127.0.0.1:${port}?from=${from}`, close }
}

export const SMS_SECRET = 'a webhook secret of more than 32 characters'

/** An operator's own server, which verifies each request as docs/operations.md says. */
export async function startSmsWebhook(): Promise<SmsServer> {
  const server = newServer()
  const seen = new Set<string>()

  async function answer(request: IncomingMessage): Promise<Answer> {
    if (request.method === 'HEAD') return { status: 405, body: {} }
    const body = await text(request)
    const header = (name: string) => String(request.headers[`webhook-${name}`])
    const [id, timestamp, signature] = [header('id'), header('timestamp'), header('signature')]
    const hmac = createHmac('sha256', SMS_SECRET).update(`${id}.${timestamp}.${body}`).digest('base64')
    const wanted = Buffer.from(`v1,${hmac}`)
    const given = Buffer.from(signature)
    const valid = given.length === wanted.length && timingSafeEqual(given, wanted)
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300 && !seen.has(id)
    seen.add(id)
    if (!valid || !fresh || request.headers['content-type'] !== 'application/json') {
      server.complaints.push(`signature ${valid}, fresh ${fresh}`)
      return { status: 401, body: {} }
    }
    const { type, to, text: words } = JSON.parse(body) as { type: string; to: string; text: string }
    server.messages.push({ to, from: type, text: words })
    return { status: 202, body: {} }
  }

  const { port, close } = await listen(server, answer)
  return { ...server, url: `webhook+http://:${encodeURIComponent(SMS_SECRET)}@127.0.0.1:${port}/sms?line=1`, close }
}

let numbers = 100_000

/** Nobody's, and another each time. */
export function newNumber(): string {
  numbers += 1
  return `+491512${numbers}`
}

/** The 6 digits of a message. */
export function codeInSms(sms: ReceivedSms | undefined): string {
  const code = /\b(\d{6})\b/.exec(sms?.text ?? '')?.[1]
  if (!code) throw new Error(`no code in the message ${JSON.stringify(sms)}`)
  return code
}

interface Hang {
  reached(): void
  released: Promise<void>
}

type Taking = Omit<SmsServer, 'url' | 'close'> & { refusals: Answer[]; hangs: Hang[] }

function newServer(): Taking {
  const refusals: Answer[] = []
  const hangs: Hang[] = []
  return {
    messages: [],
    complaints: [],
    refusals,
    hangs,
    hangNext() {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      hangs.push({ reached: reached.resolve, released: released.promise })
      return { reached: reached.promise, release: released.resolve }
    },
    refuseNext: (status, body = {}) => void refusals.push({ status, body }),
  }
}

async function listen(taking: Taking, answer: (request: IncomingMessage) => Promise<Answer>) {
  const handle: RequestListener = (request, response) => {
    void (async () => {
      const hang = taking.hangs.shift()
      hang?.reached()
      await hang?.released
      const { status, body } = taking.refusals.shift() ?? (await answer(request))
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })()
  }
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
