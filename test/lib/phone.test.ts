import { expect } from 'chai'
import { assert, property, string } from 'fast-check'
import { Refused } from '../../src/lib/errors.ts'
import { canonicalPhone, maskPhone } from '../../src/lib/phone.ts'

describe('a phone number', () => {
  for (const [typed, canonical] of [
    ['+4915123456789', '+4915123456789'],
    [' +49 1512 345-67.89 ', '+4915123456789'],
    ['0049 1512 3456789', '+4915123456789'],
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['+1 (415) 555‑0132', '+14155550132'],
    ['＋４９１５１２３４５６７８９', '+4915123456789'],
    ['+1/415/555 0132', '+14155550132'],
  ] as const)
    it(`is ${canonical} in “${typed}”`, () => {
      expect(canonicalPhone(typed)).to.equal(canonical)
    })

  for (const [typed, code] of [
    ['015123456789', 'phone.country_code'],
    ['', 'phone.invalid'],
    ['+', 'phone.invalid'],
    ['+0151234567', 'phone.invalid'],
    ['+49 151', 'phone.invalid'],
    ['+1234567890123456', 'phone.invalid'],
    ['+49 1512 345678a', 'phone.invalid'],
    ['+49 1512 3456789, +1 415 5550132', 'phone.invalid'],
    ['+49 1512 3456789\r\nBcc: x', 'phone.invalid'],
    ['tel:+4915123456789', 'phone.invalid'],
    ['+882 16 2345 6789', 'phone.no_country'],
    ['+979 123 456 789', 'phone.no_country'],
  ] as const)
    it(`is refused as ${code} in ${JSON.stringify(typed)}`, () => {
      expect(() => canonicalPhone(typed))
        .to.throw(Refused)
        .that.includes({ code, field: 'phone' })
    })

  it('is canonical once and for all, whatever was typed', () => {
    assert(
      property(string(), typed => {
        let canonical: string
        try {
          canonical = canonicalPhone(`+49${typed}`)
        } catch (error) {
          return error instanceof Refused
        }
        return /^\+[1-9]\d{6,14}$/.test(canonical) && canonicalPhone(canonical) === canonical
      }),
    )
  })

  it('is shown to its owner without what a stranger could use', () => {
    expect(maskPhone('+4915123456789')).to.equal('+49\u00a0•••\u00a089')
  })
})
