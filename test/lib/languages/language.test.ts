import { expect } from 'chai'
import { TAGS } from '../../../src/lib/languages/catalogs.ts'
import { acceptedLanguages, chooseTag, uiLocales } from '../../../src/lib/languages/choose.ts'
import { languageBy } from '../../../src/lib/languages/language.ts'

describe('choosing a language', () => {
  const wishes: [wished: string[], found: string | undefined][] = [
    [['de'], 'de'],
    [['de-AT', 'fr'], 'de'],
    [['tlh', 'DE_de'], 'de'],
    [['pt'], 'pt-BR'],
    [['pt-PT'], 'pt-BR'],
    [['zh-Hant', 'ja'], 'ja'],
    [['', '*', 'x'], undefined],
    [[], undefined],
  ]
  for (const [wished, found] of wishes) {
    it(`${JSON.stringify(wished)} → ${found}`, () => expect(chooseTag(wished)).to.equal(found))
  }

  it('reads Accept-Language by its weights', () => {
    expect(acceptedLanguages('fr;q=0.4, de-CH, en;q=0.8, *;q=0.1, ja;q=0')).to.deep.equal(['de-CH', 'en', 'fr', '*'])
    expect(acceptedLanguages('de;q=x, fr')).to.deep.equal(['fr'])
    expect(acceptedLanguages('')).to.deep.equal([''])
  })

  it('reads ui_locales, and only where it is a text', () => {
    expect(uiLocales('fr-CA fr  en')).to.deep.equal(['fr-CA', 'fr', 'en'])
    for (const odd of [undefined, ['de'], { de: 1 }, 7]) expect(uiLocales(odd)).to.deep.equal([])
  })
})

describe('a language', () => {
  const english = languageBy('en')
  const arabic = languageBy('ar')

  it('fills in values, numbers as it writes them, and takes the form that goes with a count', () => {
    expect(english.t('errors:limit', { count: 1 })).to.equal('Too many tries. Wait a minute and try again.')
    expect(english.t('errors:limit', { count: 1200 })).to.equal('Too many tries. Wait 1,200 minutes and try again.')
    expect(english.t('methods:upstream.use', { name: '{{name}} $t(x) <b>' })).to.equal(
      'Continue with {{name}} $t(x) <b>',
    )
  })

  it('refuses a text or a value that is missing', () => {
    expect(() => english.t('errors:nothing')).to.throw('there is no text errors:nothing')
    expect(() => english.t('methods:upstream.use')).to.throw('was given no name')
  })

  it('isolates a name from the direction around it, and leaves a code as it can be copied', () => {
    expect(arabic.dir).to.equal('rtl')
    expect(arabic.t('methods:upstream.use', { name: 'Acme' })).to.include('\u2068Acme\u2069')
    expect(arabic.t('methods:upstream.use', { name: '123456' })).not.to.include('\u2068')
  })

  it('lets neither a value nor a text be markup', () => {
    const html = english.rich('methods:upstream.about', { name: '<strong>{{name}}</strong>&lt;i&gt;' })
    expect(html).to.equal('Your account at <bdi>&lt;strong&gt;{{name}}&lt;/strong&gt;&amp;lt;i&amp;gt;</bdi>.')
  })

  it('says days and times in the zone of the person, and in UTC where that is none', () => {
    const at = Date.UTC(2026, 10, 24, 23, 30)
    expect(english.day(at)).to.equal('24 November 2026')
    expect(languageBy('de').day(at, 'Europe/Berlin')).to.equal('25. November 2026')
    expect(languageBy('ja').moment(at, 'Asia/Tokyo')).to.match(/^2026年11月25日 08:30/)
    for (const zone of [undefined, 'Mars/Olympus', '']) expect(english.moment(at, zone)).to.include('23:30 UTC')
  })

  it('is there for each tag', () => {
    for (const tag of TAGS) expect(languageBy(tag).t('common:newTab')).to.match(/\S/)
  })
})
