import { expect } from 'chai'
import * as fc from 'fast-check'
import { canonicalEmail, canonicalIdentifier, canonicalUsername } from '../../../src/core/accounts/names.ts'
import { Refused } from '../../../src/lib/errors.ts'

const same = (one: (text: string) => string, rows: [typed: string, form: string][]) => {
  for (const [typed, form] of rows) it(`${JSON.stringify(typed)} is ${form}`, () => expect(one(typed)).to.equal(form))
}
const refused = (one: (text: string) => string, code: string, rows: string[]) => {
  for (const typed of rows)
    it(`${JSON.stringify(typed.slice(0, 40))} is refused`, () => {
      expect(() => one(typed))
        .to.throw(Refused)
        .with.property('code', code)
    })
}
const orUndefined = (one: (text: string) => string, text: string): string | undefined => {
  try {
    return one(text)
  } catch {
    return undefined
  }
}
/** Texts that come near to names: what attackers would type. */
const nearNames = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...'aZ0.-_+@') },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '＠',
          '．',
          '。',
          'ı',
          'İ',
          'K',
          'ß',
          'é',
          'e\u0301',
          'ﬁ',
          '\u200d',
          '\u00ad',
          '%',
          '/',
          '#',
          ':',
          '\\',
          '\t',
          '\0',
          ' ',
        ),
      },
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
    { maxLength: 24 },
  )
  .map(parts => parts.join(''))

describe('the one form of an address', () => {
  same(canonicalEmail, [
    ['ann@example.com', 'ann@example.com'],
    ['  Ann.Lee+news@Example.COM\n', 'ann.lee+news@example.com'],
    ['ann＠example.com', 'ann@example.com'],
    ['ａｎｎ@ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@example.com'],
    ['ann@example.com.', 'ann@example.com'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example'],
    ['ann@例え。テスト', 'ann@xn--r8jz45g.xn--zckzah'],
    ['ann@localhost', 'ann@localhost'],
    ["o'brien@example.com", "o'brien@example.com"],
  ])
  refused(canonicalEmail, 'email.invalid', [
    '',
    'ann',
    '@example.com',
    'ann@',
    'ann@@example.com',
    'ann@bob@example.com',
    'ann＠bob@example.com',
    'adm\u0131n@example.com',
    'ann\u00e9@example.com',
    'anne\u0301@example.com',
    'ann.@example.com',
    '.ann@example.com',
    'an..n@example.com',
    'ann@example..com',
    'ann@.example.com',
    'ann@-example.com',
    'ann@example.com..',
    'ann lee@example.com',
    'ann@exam ple.com',
    'ann@exam\tple.com',
    'ann@exam\nple.com',
    'ann@ex\u00adample.com',
    'ann@example.com/x',
    'ann@example.com?x',
    'ann@example.com#x',
    'ann@example.com:25',
    'ann@ex%61mple.com',
    'ann@evil\\example.com',
    'ann@[127.0.0.1]',
    'ann@127.0.0.1',
    'ann@0x7f.1',
    'ann@2130706433',
    '"ann lee"@example.com',
    'ann@example.com\r\nBcc: x@example.com',
    'ann\0@example.com',
    'ann<x@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a'.repeat(64)}.com`,
    `ann@${'a.'.repeat(130)}com`,
  ])

  it('folds a long domain before it measures it', () => {
    expect(() => canonicalEmail(`ann@${'例'.repeat(60)}.example`)).to.throw(Refused)
  })

  it('is its own form: ASCII, lower case, with one @', () => {
    fc.assert(
      fc.property(nearNames, nearNames, (local, domain) => {
        const form = orUndefined(canonicalEmail, `${local}@${domain}`)
        if (form === undefined) return
        expect(canonicalEmail(form)).to.equal(form)
        expect(form)
          .to.match(/^[!-?A-~]+@[a-z0-9.-]+$/)
          .and.to.equal(form.toLowerCase())
        expect(form.length).to.be.at.most(254)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the one form of a username', () => {
  same(canonicalUsername, [
    ['ann', 'ann'],
    [' Ann.Lee_2 ', 'ann.lee_2'],
    ['ＡＮＮ', 'ann'],
    ['ﬁona', 'fiona'],
    ['a'.repeat(40), 'a'.repeat(40)],
  ])
  refused(canonicalUsername, 'username.invalid', [
    '',
    'an',
    'a'.repeat(41),
    'adm\u0131n',
    'ann\u00e9',
    'ann lee',
    'ann@example.com',
    '.ann',
    'ann-',
    'a\0nn',
    'ann\n.lee',
    '__proto__',
    '$ne',
  ])

  it('is its own form', () => {
    fc.assert(
      fc.property(nearNames, text => {
        const form = orUndefined(canonicalUsername, text)
        if (form !== undefined) expect(canonicalUsername(form)).to.equal(form)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('what was typed to sign in', () => {
  it('is an address with an @, else a username, else nothing', () => {
    expect(canonicalIdentifier('Ann@Example.com')).to.deep.equal({ email: 'ann@example.com' })
    expect(canonicalIdentifier('ann＠example.com')).to.deep.equal({ email: 'ann@example.com' })
    expect(canonicalIdentifier('Ann')).to.deep.equal({ username: 'ann' })
    for (const nothing of ['', '@', 'ann@', 'a b', '{"$ne":""}'])
      expect(canonicalIdentifier(nothing)).to.equal(undefined)
  })

  it('is never an address and a username at once', () => {
    fc.assert(
      fc.property(nearNames, text => {
        if (orUndefined(canonicalUsername, text)) expect(orUndefined(canonicalEmail, text)).to.equal(undefined)
      }),
    )
  })
})
