// The rules of CONTRIBUTING.md that a reader relies on: where a file may look, and how much it may hold.
import { expect } from 'chai'
import { isBarrel, readSources, specifiersOf, type SourceFile } from './support/imports.ts'

/** Imports point to the right, never to the left and never to a neighbour of the same rank. */
const ranks = [
  ['main'],
  ['server'],
  ['app', 'cli'],
  ['web'],
  ['signin', 'account', 'admin', 'jobs', 'operations'],
  ['oidc', 'methods'],
  ['core'],
  ['storage'],
  ['lib'],
]
const pages = ['signin', 'account', 'admin', 'oidc']
/** The one place that turns errors into pages. */
const errorPages = 'lib/web/faults.ts'

const sources = readSources('src')
const byPath = new Map(sources.map(source => [source.path, source]))

describe('architecture', () => {
  it('has every file of src in a layer', () => {
    expect(sources.filter(({ path }) => rankOf(path) === -1).map(({ path }) => path)).to.deep.equal([])
  })

  it('imports files that exist, and none outside src', () => {
    const missing = edges().filter(({ to }) => !byPath.has(to))
    expect(missing.map(describeEdge)).to.deep.equal([])
  })

  it('imports one way: main → server → app, cli → web → signin | account | admin | jobs | operations → oidc | methods → core → storage → lib', () => {
    const wrong = edges().filter(({ from, to }) => layerOf(from) !== layerOf(to) && rankOf(from) >= rankOf(to))
    expect(wrong.map(describeEdge)).to.deep.equal([])
  })

  it('keeps methods apart: of the files in methods/, only list.ts knows them', () => {
    const wrong = edges().filter(
      ({ from, to }) =>
        layerOf(from) === 'methods' &&
        from !== 'methods/list.ts' &&
        methodOf(to) !== undefined &&
        methodOf(from) !== methodOf(to),
    )
    expect(wrong.map(describeEdge)).to.deep.equal([])
  })

  it('has no cycles', () => {
    expect(findCycle()?.join(' → ')).to.equal(undefined)
  })

  it('has no barrel files', () => {
    const barrels = sources.filter(({ path, text }) => path !== 'methods/list.ts' && isBarrel(text))
    expect(barrels.map(({ path }) => path)).to.deep.equal([])
  })

  it('has no file over 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301)
    expect(long.map(({ path }) => path)).to.deep.equal([])
  })

  it('renders pages only from the surfaces and the provider', () => {
    const renderers = sources.filter(({ path, text }) => path !== errorPages && /\bviews\.render\(/.test(text))
    expect(renderers.filter(({ path }) => !pages.includes(layerOf(path))).map(({ path }) => path)).to.deep.equal([])
  })
})

describe('reading imports', () => {
  it('finds every form', () => {
    const text = [
      "import { a,\n  b } from './several-lines.ts'",
      "import type { T } from './type.ts'",
      "import './effect.ts'",
      "export { c } from './handed-on.ts'",
      "export const d = () => import('./late.ts')",
      "import { e } from './after-a-declaration.ts'",
      "// import { f } from './commented.ts'",
      "/* import { g } from './commented-too.ts' */",
    ].join('\n')
    expect(specifiersOf(text)).to.have.members([
      './several-lines.ts',
      './type.ts',
      './effect.ts',
      './handed-on.ts',
      './late.ts',
      './after-a-declaration.ts',
    ])
  })

  it('knows a barrel from a file that does something', () => {
    expect(isBarrel("export { a } from './a.ts'\nexport * from './b.ts'\n")).to.equal(true)
    expect(isBarrel("import { a } from './a.ts'\n\nexport { a }\n")).to.equal(true)
    expect(isBarrel("import { a } from './a.ts'\n\nexport const all = [a]\n")).to.equal(false)
    expect(isBarrel("export type A = 'x' | 'y'\n")).to.equal(false)
    expect(isBarrel("import './effect.ts'\n")).to.equal(false)
  })
})

interface Edge {
  from: string
  to: string
}

function edges(): Edge[] {
  return sources.flatMap(({ path, imports }) => imports.map(to => ({ from: path, to })))
}

function describeEdge({ from, to }: Edge): string {
  return `${from} imports ${to}`
}

/** `core/signin/next-step.ts` is in `core`, `main.ts` in `main`. */
function layerOf(path: string): string {
  return path.replace(/\.ts$/, '').split('/')[0] ?? ''
}

function rankOf(path: string): number {
  return ranks.findIndex(layers => layers.includes(layerOf(path)))
}

/** The folder of a method; what lies in `methods/` itself belongs to all. */
function methodOf(path: string): string | undefined {
  const [layer, folder, file] = path.split('/')
  return layer === 'methods' && file ? folder : undefined
}

/** Walks the imports depth first; answers the first way that leads back to a file on it. */
function findCycle(): string[] | undefined {
  const done = new Set<string>()
  const visit = (source: SourceFile, way: string[]): string[] | undefined => {
    if (way.includes(source.path)) return [...way.slice(way.indexOf(source.path)), source.path]
    if (done.has(source.path)) return undefined
    for (const to of source.imports) {
      const next = byPath.get(to)
      const cycle = next && visit(next, [...way, source.path])
      if (cycle) return cycle
    }
    done.add(source.path)
    return undefined
  }
  for (const source of sources) {
    const cycle = visit(source, [])
    if (cycle) return cycle
  }
  return undefined
}
