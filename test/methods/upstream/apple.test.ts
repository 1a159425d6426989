// The secret that Apple takes: a JWT by the key that it gave out, for one request.
import { expect } from 'chai'
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose'
import { appleSecret } from '../../../src/methods/upstream/apple.ts'

describe('the client secret for Apple', () => {
  it('is signed for Apple by our key, and soon over', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const key = { teamId: 'TEAM', keyId: 'KEY', privateKey: await exportPKCS8(privateKey) }
    const body = new URLSearchParams()
    await (appleSecret('com.example.signin', key) as (...args: unknown[]) => Promise<void>)(
      { issuer: 'https://appleid.apple.com' },
      {},
      body,
      new Headers(),
    )
    expect(body.get('client_id')).to.equal('com.example.signin')
    const { payload, protectedHeader } = await jwtVerify(body.get('client_secret')!, publicKey, {
      issuer: 'TEAM',
      subject: 'com.example.signin',
      audience: 'https://appleid.apple.com',
    })
    expect(protectedHeader).to.deep.include({ alg: 'ES256', kid: 'KEY' })
    expect(payload.exp! - payload.iat!).to.equal(300)
  })
})
