import { expect } from 'chai'
import { Refused } from '../../src/lib/errors.ts'
import { redact, redactLine } from '../../src/lib/redact.ts'

const SECRETS = [
  'password',
  'newPassword',
  'client_secret',
  'clientSecret',
  'secrets',
  'token',
  'access_token',
  'refreshToken',
  'id_token_hint',
  'code',
  'user_code',
  'code_verifier',
  'client_assertion',
  'authorization',
  'Authorization',
  'cookie',
  'Set-Cookie',
  'otp',
]

describe('redact', () => {
  for (const name of SECRETS) {
    it(`hides ${name} at any depth, in lists too`, () => {
      const hidden = { [name]: '[redacted]' }
      const shown = { [name]: 'hunter2' }
      expect(redact({ ...shown, a: { b: { c: { d: shown } } }, list: [shown] })).to.deep.equal({
        ...hidden,
        a: { b: { c: { d: hidden } } },
        list: [hidden],
      })
    })
  }

  it('shows what only sounds like it', () => {
    const fields = {
      statusCode: 400,
      codeChallengeMethod: 'S256',
      tokenType: 'Bearer',
      hasPassword: true,
      passwordAge: 3,
      scope: 'openid',
    }
    expect(redact(fields)).to.deep.equal(fields)
  })

  it('keeps the code of an error, and hides what the error carries', () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    const error = Object.assign(new Refused('mail.down', { hint: 'Later.', cause }), {
      request: { headers: { authorization: 'Basic eA' } },
    })
    expect(redact({ err: error })['err']).to.deep.include({
      type: 'Refused',
      code: 'mail.down',
      hint: 'Later.',
      message: 'mail.down: Later.: connect',
      request: { headers: { authorization: '[redacted]' } },
    })
  })

  it('ends on circles, and leaves dates and bytes readable', () => {
    const circle: Record<string, unknown> = { at: new Date(0), bytes: Buffer.from('secret') }
    circle['self'] = circle
    expect(JSON.stringify(redact(circle)))
      .to.include('[deeper]')
      .and.include('1970-01-01')
      .and.include('[6 bytes]')
  })
})

describe('redactLine', () => {
  it('hides secrets in addresses', () => {
    expect(redactLine('"/cb?code=abc&state=def&iss=https://x#id_token=ghi"')).to.equal(
      '"/cb?code=[redacted]&state=[redacted]&iss=https://x#id_token=[redacted]"',
    )
    expect(redactLine('"GET /signin/1/verify?token=abc HTTP"')).to.equal('"GET /signin/1/verify?token=[redacted] HTTP"')
    expect(redactLine('"?response_type=code&code_challenge=abc"')).to.equal('"?response_type=code&code_challenge=abc"')
  })

  it('escapes controls that JSON lets through', () => {
    expect(redactLine('"\u009b31m\u2028\u007f"')).to.equal('"\\u009b31m\\u2028\\u007f"')
  })
})
