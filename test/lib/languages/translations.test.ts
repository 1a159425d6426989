// Every language says all that English says, and as it does: the same values and marks, in all its own plural forms.
import { expect } from 'chai'
import { TAGS } from '../../../src/lib/languages/catalogs.ts'
import { formsOf, isForm, namesOf, textsOf } from './texts.ts'

const english = textsOf('en')

for (const tag of TAGS.filter(one => one !== 'en')) {
  describe(`the texts in locales/${tag}`, () => {
    const texts = textsOf(tag)

    it('are all there, in each plural form of the language', () => {
      const wanted = [...namesOf(english)].flatMap(name =>
        english.has(name) ? [name] : formsOf(tag).map(form => `${name}_${form}`),
      )
      expect([...texts.keys()].toSorted()).to.deep.equal(wanted.toSorted())
    })

    it('have the values and marks of the English ones', () => {
      const other = [...texts].filter(([key, text]) => {
        const counted = isForm(key, texts)
        return partsOf(text, counted) !== partsOf(englishOf(key), counted)
      })
      expect(other).to.deep.equal([])
    })

    it('are not English', () => {
      const copied = [...texts].filter(([key, text]) => text === englishOf(key) && !isAlike(text)).map(([key]) => key)
      expect(copied).to.deep.equal([])
    })
  })
}

function englishOf(key: string): string {
  return english.get(key) ?? english.get(key.replace(/_\w+$/, '_other')) ?? ''
}

/** `{{count}}` is not among them where a form of its own says it: `one minute`, `دقيقتان`. */
function partsOf(text: string, counted: boolean): string {
  const parts = text.match(/\{\{\w+\}\}|<\/?\w+>/g) ?? []
  const kept = new Set(parts.filter(part => !(counted && part === '{{count}}')))
  return [...kept].toSorted().join(' ')
}

/** One word, or values with signs between them, may be the same: `Name`, `Browser`, `{{browser}}, {{address}}`. */
function isAlike(text: string): boolean {
  return (
    text
      .replace(/\{\{\w+\}\}/g, '')
      .split(/\s/)
      .filter(word => /\p{L}/u.test(word)).length < 2
  )
}
