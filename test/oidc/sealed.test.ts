import { expect } from 'chai'
import { openCredentials } from '../../src/core/credentials.ts'
import { createSealer, UnsealError } from '../../src/lib/seal.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { createKeyRing } from '../../src/oidc/keys/keys.ts'
import { resealAll } from '../../src/oidc/keys/sealed.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Store } from '../../src/storage/port.ts'

const OLD = 'an old secret of at least 32 characters'
const NEW = 'a new secret of at least 32 characters!'

describe('moving to a new secret', () => {
  let store: Store
  beforeEach(async () => (store = await openStore('sqlite::memory:', declarations)))
  afterEach(() => store.close())

  const ring = (...secrets: string[]) => createKeyRing(store, createSealer(secrets), { keepFor: 3600 })

  it('seals every field anew, after which the old secret can go', async () => {
    const before = await ring(OLD).load()
    expect(await resealAll(store, createSealer([NEW, OLD]))).to.equal(3)
    expect((await ring(NEW).load()).jwks).to.deep.equal(before.jwks)
    expect(
      await ring(OLD)
        .load()
        .catch((error: unknown) => error),
    ).to.be.instanceOf(UnsealError)
  })

  it('seals what methods keep anew too, and leaves all else of it', async () => {
    const credentials = openCredentials(store)
    const sealed = await createSealer([OLD]).seal('JBSWY3DP')
    const other = { accountId: 'ann', createdAt: 1, updatedAt: 1 }
    await credentials.insert({ id: 'totp:ann', method: 'totp', data: { sealed, lastStep: 7 }, ...other })
    await credentials.insert({ id: 'password:ann', method: 'password', data: { hash: 'x' }, ...other })
    expect(await resealAll(store, createSealer([NEW, OLD]))).to.equal(1)
    const { data } = (await credentials.get('totp:ann'))!
    expect(data.lastStep).to.equal(7)
    expect(await createSealer([NEW]).unseal(String(data.sealed))).to.equal('JBSWY3DP')
    expect((await credentials.get('password:ann'))!.data).to.deep.equal({ hash: 'x' })
  })

  it('changes nothing the second time', async () => {
    await ring(OLD).load()
    const sealer = createSealer([NEW, OLD])
    await resealAll(store, sealer)
    expect(await resealAll(store, sealer)).to.equal(0)
  })

  it('keeps keys that were made while it ran', async () => {
    await ring(OLD).load()
    const [made] = await Promise.all([ring(NEW, OLD).rotate(), resealAll(store, createSealer([NEW, OLD]))])
    await resealAll(store, createSealer([NEW, OLD]))
    const { jwks } = await ring(NEW).load()
    expect(jwks.keys.map(key => key.kid)).to.include.members(made)
    expect(jwks.keys).to.have.length(6)
  })

  it('says so when the old secret is missing', async () => {
    await ring(OLD).load()
    const error = await resealAll(store, createSealer([NEW])).catch((thrown: unknown) => thrown)
    expect((error as Error).message).to.match(/a secret that LATCHKEY_SECRETS does not hold/)
  })
})

describe('a lost secret', () => {
  it('is got over by new keys in the place of those that cannot be opened', async () => {
    const store = await openStore('sqlite::memory:', declarations)
    const ring = (secret: string) => createKeyRing(store, createSealer([secret]), { keepFor: 3600 })
    const before = await ring(OLD).load()
    expect(await ring(OLD).replaceLost()).to.deep.equal([])
    const made = await ring(NEW).replaceLost()
    const { jwks } = await ring(NEW).load()
    expect(jwks.keys.map(key => key.kid)).to.have.members(made)
    expect(before.jwks.keys.map(key => key.kid)).to.not.have.any.members(made)
    await store.close()
  })
})
