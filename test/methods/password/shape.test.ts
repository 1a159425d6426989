import { expect } from 'chai'
import { Refused } from '../../../src/lib/errors.ts'
import { checkShape, MAX_LENGTH, type Wanted } from '../../../src/methods/password/shape.ts'

const GOOD = 'seven green lanterns over the harbour'

function refusalOf(
  password: string,
  { minLength = 15, own = [], characters = [] }: Partial<Wanted> = {},
): string | undefined {
  try {
    checkShape(password, { minLength, own, characters })
    return undefined
  } catch (error) {
    expect(error).to.be.instanceOf(Refused)
    expect((error as Refused).field).to.equal('password')
    if (password) expect((error as Refused).message).to.not.include(password)
    return (error as Refused).code
  }
}

describe('a new password [NIST SP 800-63B-4, 3.1.1.2]', () => {
  it('may be any words, spaces and scripts', () => {
    for (const password of [
      GOOD,
      'Пять зелёных фонарей',
      '七つの緑の提灯が港の上に浮かぶ',
      '🦊🐙🦋🐢🦜🐝🐞🐬🦔🐌🐍🦎🦖🐳🦀',
      `${'x y z '.repeat(160)}${GOOD}`,
    ])
      expect(refusalOf(password), password).to.equal(undefined)
  })

  it('of 7 characters, or one less than the least, is too short', () => {
    expect(refusalOf('7 chars', { minLength: 8 })).to.equal('password.short')
    expect(refusalOf('8 charas', { minLength: 8 })).to.equal(undefined)
    expect(refusalOf(GOOD.slice(0, 14))).to.equal('password.short')
    expect(refusalOf(GOOD.slice(0, 15))).to.equal(undefined)
    expect(refusalOf('')).to.equal('password.short')
  })

  it('is counted in characters, not in bytes or code units', () => {
    expect(refusalOf('🦊🐙🦋🐢🦜🐝🐞')).to.equal('password.short')
    expect(refusalOf('ﷺﷺ')).to.not.equal('password.short')
  })

  it('of 10,000 characters is too long, and quickly said so', () => {
    const hostile = Array.from({ length: 10_000 }, (_, at) => String.fromCodePoint(97 + ((at * at) % 26))).join('')
    expect(refusalOf(hostile)).to.equal('password.long')
    expect(refusalOf(hostile.slice(0, MAX_LENGTH))).to.not.equal('password.long')
  })

  it('is the same in every spelling that looks the same (NFKC)', () => {
    // 15 code points that become 7 letters with accents.
    expect(refusalOf('e\u0301'.repeat(7) + 'x')).to.equal('password.short')
    expect(refusalOf('ａｎｎ ｌｅｅ ａｎｎ ｌｅｅ', { own: ['ann lee'] })).to.equal('password.own_name')
  })

  it('is no run, up or down, of letters or digits', () => {
    for (const run of ['123456789012345', '987654321098765', 'abcdefghijklmnop', 'ponmlkjihgfedcba'])
      expect(refusalOf(run), run).to.equal('password.run')
    expect(refusalOf('135791357913579')).to.be.oneOf(['password.run', 'password.repeated'])
  })

  it('does not repeat itself', () => {
    for (const repeated of [
      'aaaaaaaaaaaaaaa',
      'abababababababab',
      'abcabcabcabcabc',
      'abcdeabcdeabcde',
      'passwordpassword',
      'correct horse correct horse ',
      'passwordpasswordpass',
      'aaaaaaaaabbbbbbbbbcccccccccddddddd',
    ])
      expect(refusalOf(repeated), repeated).to.equal('password.repeated')
  })

  it('is not mostly the person’s own name or address', () => {
    const own = ['ann.leeson@example.com', 'annleeson', 'Ann Leeson']
    for (const password of [
      'ann.leeson@example.com',
      'ANN.LEESON@EXAMPLE.COM',
      'annleesonannleeson1',
      'Ann Leeson Ann Leeson',
      '1ann.leeson2024',
    ])
      expect(refusalOf(password, { own }), password).to.be.oneOf(['password.own_name', 'password.repeated'])
    expect(refusalOf(`annleeson ${GOOD}`, { own })).to.equal(undefined)
  })

  it('is not held against names that were not given, or that are too short to tell', () => {
    expect(refusalOf(GOOD, { own: [undefined, '', 'Al', 'a@example.com'] })).to.equal(undefined)
  })

  it('of characters that are none, halves of pairs, is refused rather than kept as another', () => {
    expect(refusalOf(`${GOOD} \ud83e`)).to.equal('password.unreadable')
    expect(refusalOf(`\udd8a ${GOOD}`)).to.equal('password.unreadable')
    // What a form becomes that was sent in another encoding than it says.
    expect(refusalOf(`${GOOD} \ufffd`)).to.equal('password.unreadable')
    expect(refusalOf(`🦊 ${GOOD}`)).to.equal(undefined)
  })

  it('has the kinds of characters that are configured, in any script, and none that is not', () => {
    const all = ['upper', 'lower', 'digit', 'symbol'] as const
    expect(refusalOf(GOOD, { characters: [...all] })).to.equal('password.no_upper')
    expect(refusalOf('Sieben Laternen am Hafen 7', { characters: [...all] })).to.equal(undefined)
    expect(refusalOf('Семь фонарей у моря ٧', { characters: [...all] })).to.equal(undefined)
    expect(refusalOf(GOOD.replaceAll(' ', ''), { characters: ['symbol'] })).to.equal('password.no_symbol')
    expect(refusalOf(GOOD, { characters: ['symbol', 'lower'] })).to.equal(undefined)
  })
})
