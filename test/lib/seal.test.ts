import { expect } from 'chai'
import * as fc from 'fast-check'
import { createSealer, deriveKeys, UnsealError } from '../../src/lib/seal.ts'

const OLD = 'the-old-secret-of-more-than-32-characters'
const NEW = 'the-new-secret-of-more-than-32-characters'

async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.catch((error: unknown) => error)
  if (!(outcome instanceof Error)) throw new Error('it did not fail')
  return outcome
}

describe('sealer', () => {
  it('gives back any text, and never seals it alike twice', async () => {
    const sealer = createSealer([NEW])
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async text => {
        const sealed = await sealer.seal(text)
        expect(sealed).not.to.equal(await sealer.seal(text))
        expect(await sealer.unseal(sealed)).to.equal(text)
      }),
      { numRuns: 50 },
    )
  })

  it('seals under the newest secret, and opens what an older one sealed', async () => {
    const sealedBefore = await createSealer([OLD]).seal('key')
    const rotated = createSealer([NEW, OLD])
    expect(await rotated.unseal(sealedBefore)).to.equal('key')
    expect(await createSealer([NEW]).unseal(await rotated.seal('key'))).to.equal('key')
  })

  it('says that the secret is missing, without naming any', async () => {
    const error = await failure(createSealer([NEW]).unseal(await createSealer([OLD]).seal('key')))
    expect(error).to.be.instanceOf(UnsealError)
    expect(error.message)
      .to.match(/a secret that LATCHKEY_SECRETS does not hold \(kid [\w-]{8}\)/)
      .and.not.include(OLD)
  })

  it('opens nothing that was changed, or that it did not seal', async () => {
    const sealer = createSealer([NEW])
    const [head, , iv, text, tag] = (await sealer.seal('a text of some length')).split('.')
    const changed = `${text!.startsWith('A') ? 'B' : 'A'}${text!.slice(1)}`
    const other = (await sealer.seal('another text')).split('.')[3]
    for (const forged of [
      [head, '', iv, changed, tag],
      [head, '', iv, other, tag],
      [head, 'AAAA', iv, text, tag],
    ]) {
      expect((await failure(sealer.unseal(forged.join('.')))).message).to.equal('what was sealed has been changed')
    }
    for (const junk of ['', 'junk', '....', 'e30.e30.e30']) {
      expect(await failure(sealer.unseal(junk))).to.be.instanceOf(UnsealError)
    }
  })

  it('needs a secret', () => {
    expect(() => createSealer([])).to.throw(/at least one secret/)
  })
})

describe('deriveKeys', () => {
  it('gives 32 bytes for each secret, in their order, always the same', () => {
    const keys = deriveKeys([NEW, OLD], 'cookies')
    expect(keys.map(key => key.length)).to.deep.equal([32, 32])
    expect(keys).to.deep.equal(deriveKeys([NEW, OLD], 'cookies'))
    expect(keys[1]).to.deep.equal(deriveKeys([OLD], 'cookies')[0])
  })

  it('gives other keys for another purpose', () => {
    expect(deriveKeys([NEW], 'cookies')).not.to.deep.equal(deriveKeys([NEW], 'csrf'))
  })
})
