import { hash } from '@node-rs/argon2'
import { expect } from 'chai'
import type { Account } from '../../../src/core/accounts/account.ts'
import { onlyCredentialId } from '../../../src/core/credentials.ts'
import { createHasher } from '../../../src/core/hashing/hasher.ts'
import { Refused } from '../../../src/lib/errors.ts'
import type { MethodServices } from '../../../src/methods/method.ts'
import { password } from '../../../src/methods/password/password.ts'
import { storePassword } from '../../../src/methods/password/set.ts'
import { tryBy } from '../../support/tries.ts'
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts'

describe('the password method', () => {
  let server: TestServer
  let services: MethodServices
  before(async () => {
    server = await startServer({ env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })
    services = server.app.methodServices
  })
  after(() => server.close())

  const verify = (account: Account | undefined, text: string, by = services) =>
    password.verify(by, tryBy(account, { password: text }))
  const refusal = (trying: Promise<unknown>): Promise<string | undefined> =>
    trying.then(
      () => undefined,
      (error: unknown) => (error as Refused).code,
    )
  const stored = async ({ id }: Account) =>
    (await services.credentials.get(onlyCredentialId('password', id)))!.data.hash as string

  it('is stored as argon2id with its parameters, with a salt of its own', async () => {
    const [one, other] = [await server.person(), await server.person()]
    expect(await stored(one)).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await stored(one)).to.not.equal(await stored(other))
  })

  it('proves one factor, by knowledge', async () => {
    const { proof } = await verify(await server.person(), PASSWORD)
    expect(proof).to.deep.include({
      method: 'password',
      factors: ['knowledge'],
      resistsPhishing: false,
      amr: ['pwd'],
    })
  })

  it('is the same in every spelling that looks the same (NFKC)', async () => {
    const account = await server.person({ password: 'café ﬁve green lanterns' })
    await verify(account, 'cafe\u0301 five green lanterns')
  })

  it('is refused in the same words when it is wrong, when the name is nobody’s and when it is as long as a book', async () => {
    const account = await server.person()
    for (const trying of [
      verify(account, 'wrong'),
      verify(undefined, PASSWORD),
      verify(account, PASSWORD.repeat(2000)),
    ])
      expect(await refusal(trying)).to.equal('password.mismatch')
  })

  it('is not cut: what follows the right one makes it wrong', async () => {
    const long = 'seven green lanterns '.repeat(47)
    const account = await server.person({ password: long })
    expect(await refusal(verify(account, `${long}x`))).to.equal('password.mismatch')
    await verify(account, long)
  })

  it('made with other parameters is made anew at the next sign-in', async () => {
    const account = await server.person()
    await storePassword(services, account.id, {
      hash: await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 }),
    })
    await verify(account, PASSWORD)
    expect(await stored(account)).to.include('$m=19456,t=2,p=1$')
    await verify(account, PASSWORD)
  })

  it('lets its owner in also when there is no time to hash it anew, which is for the next time then', async () => {
    const account = await server.person()
    const old = await hash(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    await storePassword(services, account.id, { hash: old })
    const full = () => Promise.reject(new Refused('busy', { status: 503 }))
    await verify(account, PASSWORD, { ...services, hasher: { ...services.hasher, hash: full } })
    expect(await stored(account)).to.equal(old)
    await verify(account, PASSWORD)
    expect(await stored(account)).to.not.equal(old)
  })

  it('is counted before it is looked at: of 50 parallel wrong ones, five are', async () => {
    const account = await server.person()
    const codes = await Promise.all(Array.from({ length: 50 }, (_, at) => refusal(verify(account, `wrong ${at}`))))
    expect(codes.filter(code => code === 'password.mismatch')).to.have.length(5)
    expect(codes.filter(code => code === 'limit.password.account')).to.have.length(45)
    expect(await refusal(verify(account, PASSWORD))).to.equal('limit.password.account')
  })

  it('that nobody had time to look at counts as no failure, neither for somebody nor for nobody', async () => {
    const full = () => Promise.reject(new Refused('busy', { status: 503, hint: 'Try again shortly.' }))
    const busy = { ...services, hasher: { ...services.hasher, verify: full } }
    const account = await server.person()
    for (const who of [account, undefined])
      for (let tries = 0; tries < 10; tries += 1) expect(await refusal(verify(who, PASSWORD, busy))).to.equal('busy')
    await verify(account, PASSWORD)
    expect(await refusal(verify(undefined, PASSWORD))).to.equal('password.mismatch')
  })

  it('is looked at for nobody too after a time when there was none to look', async () => {
    const narrow = { ...services, hasher: createHasher({ width: 1, queue: 0 }) }
    await Promise.all(Array.from({ length: 5 }, () => refusal(verify(undefined, PASSWORD, narrow))))
    expect(await refusal(verify(undefined, PASSWORD, narrow))).to.be.oneOf([
      'password.mismatch',
      'limit.password.account',
    ])
  })

  it('once right, takes the failures before it away', async () => {
    const account = await server.person()
    for (let round = 0; round < 3; round += 1) {
      for (let tries = 0; tries < 4; tries += 1) await refusal(verify(account, 'wrong'))
      const { done } = await verify(account, PASSWORD)
      await done!()
    }
  })
})
