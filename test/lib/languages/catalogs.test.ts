// locales/ holds every text once, in each language, and none that nothing says. CONTRIBUTING.md, "Adding a text".
import { expect } from 'chai'
import { keysIn, namesOf, readTexts, refusalsIn, textsOf, wordsIn } from './texts.ts'

const english = textsOf('en')
const known = namesOf(english)
const areas = [...new Set([...known].map(key => key.slice(0, key.indexOf(':'))))]
const code = readTexts('src', '.ts')
const views = readTexts('views', '.ejs')

describe('the texts in locales/en', () => {
  it('are there for each key that code or a view names', () => {
    const missing = [...code, ...views].flatMap(source =>
      keysIn(source, areas)
        .filter(key => !known.has(key))
        .map(key => `${source.path}: ${key}`),
    )
    expect(missing).to.deep.equal([])
  })

  it('are there for each refusal that says nothing itself', () => {
    const missing = code
      .flatMap(refusalsIn)
      .filter(({ key, hasHint }) => !hasHint && key !== undefined && !known.has(key))
      .map(({ path, key }) => `${path}: ${key}`)
    expect(missing).to.deep.equal([])
  })

  it('are all said somewhere', () => {
    const said = new Set([...code, ...views].flatMap(source => keysIn(source, areas)))
    const all = code.map(({ text }) => text).join('\n')
    const isSaid = (key: string) =>
      said.has(key) || (key.startsWith('errors:') && all.includes(`'${key.slice('errors:'.length)}'`))
    expect([...known].filter(key => !isSaid(key))).to.deep.equal([])
  })

  it('are all that views say', () => {
    const own = views.flatMap(view => wordsIn(view).map(words => `${view.path}: ${words}`))
    expect(own).to.deep.equal([])
  })

  it('are those of a method by a call: a function has a name too, and it is not the method’s', () => {
    const read = code.filter(({ text }) => /\bwords\.(name|use|about|again)\b/.test(text)).map(({ path }) => path)
    expect(read).to.deep.equal([])
  })

  it('are named by keys that can be looked for', () => {
    const built = [...code, ...views].filter(({ text }) => /\b(t|rich)\(\s*`/.test(text)).map(({ path }) => path)
    // The one place that says a refusal by its code.
    expect(built).to.deep.equal(['src/lib/errors.ts'])
  })
})
