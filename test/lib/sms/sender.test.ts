import { expect } from 'chai'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { isSms } from '../../../src/lib/sms/address.ts'
import { createSmsSender } from '../../../src/lib/sms/create.ts'
import { createGuardedFetch } from '../../../src/lib/fetch.ts'
import { loadConfig } from '../../../src/lib/config/load.ts'
import { maskConfig } from '../../../src/lib/config/mask.ts'
import { freePort } from '../../support/ports.ts'
import { ACCOUNT_SID, AUTH_TOKEN, SMS_SECRET, startSmsWebhook, startTwilio, type SmsServer } from '../../support/sms.ts'

const LOOPBACK = ['127.0.0.0/8']
const MESSAGE = { to: '+4915123456789', text: 'Your code is 123456. Grüße & +1=2' }

function sender(sms: string, allowed = LOOPBACK) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: line => void lines.push(line) })
  return { lines, ...createSmsSender({ env: 'staging', sms }, createGuardedFetch(allowed), log)! }
}

/** The code of the refusal, or what else came of it. */
async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'sent',
    (error: { code?: string; message: string }) => error.code ?? error.message,
  )
}

describe('text messages by Twilio', () => {
  let twilio: SmsServer
  beforeEach(async () => void (twilio = await startTwilio()))
  afterEach(() => twilio.close())

  it('are taken by a server that is as strict as Twilio’s', async () => {
    await sender(twilio.url).send(MESSAGE)
    expect(twilio.complaints).to.deep.equal([])
    expect(twilio.messages).to.deep.equal([{ ...MESSAGE, from: '+15005550006' }])
  })

  it('go out by a messaging service where one is named', async () => {
    const service = await startTwilio({ from: `MG${'a'.repeat(32)}` })
    await sender(service.url).send(MESSAGE)
    expect(service.complaints).to.deep.equal([])
    expect(service.messages.length).to.equal(1)
    await service.close()
  })

  it('are refused for a number that gets none, and for that alone: the person hears the difference', async () => {
    const { send } = sender(twilio.url)
    expect(await outcome(send({ ...MESSAGE, to: '4915' }))).to.equal('sms.number')
    for (const [status, code, expected] of [
      [400, 21614, 'sms.number'],
      [400, 21610, 'sms.number'],
      [400, 21606, 'sms.failed'],
      [429, 20429, 'sms.failed'],
      [500, undefined, 'sms.failed'],
    ] as const) {
      twilio.refuseNext(status, code ? { code, message: 'no', status } : {})
      expect(await outcome(send(MESSAGE)), `${status} ${code}`).to.equal(expected)
    }
    expect(twilio.messages).to.deep.equal([])
  })

  it('fail for a wrong token, with a cause that names neither the token nor the number', async () => {
    const { send, verify } = sender(twilio.url.replace(encodeURIComponent(AUTH_TOKEN), 'wrong'))
    const error = await send(MESSAGE).catch((one: Error) => one)
    expect(String((error as Error).cause)).to.equal('Error: Twilio answered 401 (error 20003): Authenticate')
    expect(await outcome(verify())).to.include('401')
    twilio.refuseNext(400, { code: 21614, message: `'To' number: ${MESSAGE.to}, is not a valid mobile number` })
    const other = (await sender(twilio.url)
      .send(MESSAGE)
      .catch((one: Error) => one)) as Error
    expect(String(other.cause)).to.include('21614').and.to.not.include('4915')
  })

  it('can be tried without sending any', async () => {
    await sender(twilio.url).verify()
    expect([twilio.messages, twilio.complaints]).to.deep.equal([[], []])
  })

  it('are logged without number and text', async () => {
    const { send, lines } = sender(twilio.url)
    await send(MESSAGE)
    expect(lines.join())
      .to.include('text message sent')
      .and.to.not.match(/123456|4915/)
  })

  it('do not reach into a private network that was not opened', async () => {
    const error = await sender(twilio.url, [])
      .send(MESSAGE)
      .catch((one: Error) => one)
    expect(error).to.include({ code: 'sms.failed' })
    expect(String((error as Error).cause)).to.include('LATCHKEY_ALLOW_NETWORKS')
    expect(twilio.messages).to.deep.equal([])
  })

  it('fail as “try again” when nobody answers', async () => {
    const { send } = sender(twilio.url.replace(/:\d+\?/, `:${await freePort()}?`))
    expect(await outcome(send(MESSAGE))).to.equal('sms.failed')
  })
})

describe('text messages by webhook', () => {
  let hook: SmsServer
  beforeEach(async () => void (hook = await startSmsWebhook()))
  afterEach(() => hook.close())

  it('are signed, so that the receiver can verify them by the documented recipe', async () => {
    const { send } = sender(hook.url)
    await send(MESSAGE)
    await send(MESSAGE)
    expect(hook.complaints).to.deep.equal([])
    expect(hook.messages).to.deep.equal([MESSAGE, MESSAGE].map(one => ({ ...one, from: 'sms' })))
  })

  it('are not taken when another secret signed them', async () => {
    const { send } = sender(hook.url.replace(/:\/\/:[^@]*@/, `://:${'x'.repeat(32)}@`))
    expect(await outcome(send(MESSAGE))).to.equal('sms.failed')
    expect(hook.complaints).to.deep.equal(['signature false, fresh true'])
  })

  it('are refused for a number by 422, and are “try again” by anything else', async () => {
    const { send } = sender(hook.url)
    for (const [status, expected] of [
      [422, 'sms.number'],
      [400, 'sms.failed'],
      [302, 'sms.failed'],
      [503, 'sms.failed'],
    ] as const) {
      hook.refuseNext(status)
      expect(await outcome(send(MESSAGE)), String(status)).to.equal(expected)
    }
  })

  it('carry the secret neither in the address nor in a header', async () => {
    const seen: string[] = []
    const call: typeof fetch = async (input, init) => {
      seen.push(JSON.stringify([input instanceof Request ? input.url : String(input), init]))
      return new Response(null, { status: 204 })
    }
    const log = pino({ level: 'silent' })
    await createSmsSender({ env: 'staging', sms: hook.url }, call, log)!.send(MESSAGE)
    expect(seen.join()).to.include('/sms?line=1').and.to.not.include(SMS_SECRET)
  })
})

describe('text messages as files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-sms-'))
  after(() => rmSync(folder, { recursive: true }))

  it('are kept one each, for their owner alone', async () => {
    const { send, lines } = sender(`file:${join(folder, 'sms')}`)
    await send(MESSAGE)
    const [name = ''] = readdirSync(join(folder, 'sms'))
    const path = join(folder, 'sms', name)
    expect(readFileSync(path, 'utf8')).to.match(/^To: \+4915123456789\nDate: .*\n\nYour code is 123456/)
    expect(statSync(path).mode & 0o077).to.equal(0)
    expect(lines.join()).to.not.include('123456')
  })
})

describe('LATCHKEY_SMS', () => {
  const twilio = `twilio://${ACCOUNT_SID}:token@api.twilio.com`
  const secret = 'x'.repeat(32)
  for (const good of [
    `${twilio}?from=+15005550006`,
    `${twilio}?from=%2B15005550006`,
    `${twilio}?from=Latchkey`,
    `${twilio}?from=12345`,
    `${twilio}?from=MG${'0'.repeat(32)}`,
    `twilio://SK${'0'.repeat(32)}:secret@api.twilio.com/${ACCOUNT_SID}?from=Latchkey`,
    `webhook+https://:${secret}@sms.example.com/send`,
    `webhook+http://:${secret}@localhost:4000/send`,
    'console:',
    'file:data/sms',
  ])
    it(`takes ${good}`, () => {
      expect(isSms(good)).to.equal(true)
    })
  for (const bad of [
    '',
    twilio,
    `${twilio}?from=`,
    `${twilio}?from=+0`,
    `${twilio}?from=A name that is too long`,
    'twilio://api.twilio.com?from=12345',
    `twilio://${ACCOUNT_SID}@api.twilio.com?from=12345`,
    'twilio://user:token@api.twilio.com?from=12345',
    'webhook+https://sms.example.com/send',
    'webhook+https://:short@sms.example.com/send',
    `webhook+http://:${secret}@sms.example.com/send`,
    `https://:${secret}@sms.example.com/send`,
    'smtp://example.com',
    'file:',
  ])
    it(`does not take ${bad || 'nothing'}`, () => {
      expect(isSms(bad)).to.equal(false)
    })

  it('is shown without its secret', () => {
    const shown = (sms: string) =>
      maskConfig(loadConfig({ env: { LATCHKEY_SMS: sms, LATCHKEY_SECRETS: secret } }))['sms']
    expect(shown(`${twilio}?from=12345`)).to.equal(`twilio://${ACCOUNT_SID}:****@api.twilio.com?from=12345`)
    expect(shown(`webhook+https://:${secret}@sms.example.com/send`)).to.equal(
      'webhook+https://:****@sms.example.com/send',
    )
  })

  it('is refused in production where messages would reach nobody', () => {
    const env = {
      LATCHKEY_ENV: 'production',
      LATCHKEY_ISSUER: 'https://id.example.com',
      LATCHKEY_SECRETS: secret,
      LATCHKEY_MAIL: 'smtp://mail.example.com',
      LATCHKEY_TRUSTED_PROXIES: 'none',
    }
    expect(() => loadConfig({ env: { ...env, LATCHKEY_SMS: 'console:' } })).to.throw('LATCHKEY_SMS')
    expect(loadConfig({ env }).sms).to.equal(undefined)
  })
})
