// What the catalogs hold, and what code and views ask of them.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** Every text of a language, by `AREA:KEY`; a plural form keeps its ending. */
export function textsOf(tag: string): Map<string, string> {
  const folder = join(ROOT, 'locales', tag)
  return new Map(
    readdirSync(folder).flatMap(file => {
      const texts = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>
      return Object.entries(texts).map(([key, text]): [string, string] => [`${basename(file, '.json')}:${key}`, text])
    }),
  )
}

const FORM = /_(zero|one|two|few|many|other)$/

/** Whether the key is that of a plural form: a word of its own may end like one (`code.too_many`). */
export function isForm(key: string, texts: ReadonlyMap<string, string>): boolean {
  return FORM.test(key) && texts.has(key.replace(FORM, '_other'))
}

/** The keys as code names them. */
export function namesOf(texts: ReadonlyMap<string, string>): Set<string> {
  return new Set([...texts.keys()].map(key => (isForm(key, texts) ? key.replace(FORM, '') : key)))
}

/** The forms that counts of up to a thousand take in a language; nothing here is counted in millions. */
export function formsOf(tag: string): string[] {
  const rules = new Intl.PluralRules(tag)
  return [...new Set(Array.from({ length: 1001 }, (_, count) => rules.select(count)))]
}

export interface Source {
  path: string
  text: string
}

export function readTexts(folder: string, ending: string): Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(ending))
    .map(file => ({ path: `${folder}/${file}`, text: readFileSync(join(ROOT, folder, file), 'utf8') }))
}

/** Keys as they stand in code and views, each as a literal: what is put together at run time nobody can look for. */
export function keysIn({ text }: Source, areas: readonly string[]): string[] {
  const literal = new RegExp(`['"\`]((?:${areas.join('|')}):[\\w.-]+)['"\`]`, 'g')
  return [...text.matchAll(literal)].map(([, key]) => key!)
}

/** What a view says by itself: words outside of its tags, in attributes that are read out, and in literals of its code. */
export function wordsIn({ text }: Source): string[] {
  const code = [...text.matchAll(/<%(?!#)[-_=]?([^]*?)[-_]?%>/g)].map(([, inner]) => inner!)
  const markup = text.replace(/<%[^]*?%>/g, '').replace(/<(script|style)[^]*?<\/\1>/g, '')
  const shown = markup
    .replace(/<[^>]*>/g, '\n')
    .replace(/&\w+;/g, '')
    .split('\n')
  const read = [...markup.matchAll(/\s(?:aria-label|alt|title|placeholder)="([^"]*)"/g)].map(([, value]) => value!)
  // A sentence or a label: it begins with a capital letter, and no key, address or attribute does.
  const literals = code.flatMap(one => [...one.matchAll(/(['"`])(\p{Lu}[^'"`]*)\1/gu)].map(([, , literal]) => literal!))
  return [...shown, ...read, ...literals].map(one => one.trim()).filter(one => /\p{L}{2}/u.test(one))
}

export interface Refusal {
  path: string
  /** `errors:KEY`, where it stands in the call. */
  key?: string
  hasHint: boolean
}

/** Each `new Refused(…)` in code, and how it is said. */
export function refusalsIn({ path, text }: Source): Refusal[] {
  return [...text.matchAll(/new Refused(?:Of)?\(/g)].map(({ index, 0: begin }) => {
    const call = callFrom(text.slice(index + begin.length))
    const said = /\bsays:/.test(call) ? /\bsays: '([\w.-]+)'/.exec(call) : /^(?:\s*\w+,)?\s*'([\w.-]+)'/.exec(call)
    return { path, ...(said ? { key: `errors:${said[1]}` } : {}), hasHint: /\bhint\b/.test(call) }
  })
}

/** Up to the parenthesis that closes it. */
function callFrom(text: string): string {
  let open = 1
  const end = [...text].findIndex(character => {
    if (character === '(') open += 1
    if (character === ')') open -= 1
    return open === 0
  })
  return text.slice(0, end)
}
