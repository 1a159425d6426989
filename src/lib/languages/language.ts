// A language, as pages, mails and refusals use it.
import { textOf, type Tag } from './catalogs.ts'
import { dayIn, intlTag, momentIn } from './times.ts'

/** What is filled in for `{{name}}`. `count` also chooses the plural form. */
export type Values = Record<string, string | number>

/** The text of `AREA:KEY`, plain and without marks: a view escapes it. @throws TypeError for a text or a value that is missing */
export type Translate = (key: string, values?: Values) => string

/** Where a `<name>…</name>` in a text leads. */
export interface Link {
  href: string
  newTab?: boolean
}

export interface Language {
  tag: Tag
  dir: 'ltr' | 'rtl'
  t: Translate
  /**
   * The same as HTML: `<strong>…</strong>` in the text becomes that, `<name>…</name>` the link of that name, and each value
   * stands isolated from the direction of what is around it. Nothing else in the text or a value is markup.
   */
  rich(key: string, values?: Values, links?: Record<string, Link>): string
  /** Epoch milliseconds, and a zone of the time zone database; UTC unless given. */
  day(at: number, zone?: string): string
  moment(at: number, zone?: string): string
  /** The name of a country, by ISO 3166-1 alpha-2. */
  country(code: string): string
}

const known = new Map<Tag, Language>()

export function languageBy(tag: Tag): Language {
  const language = known.get(tag) ?? makeLanguage(tag)
  known.set(tag, language)
  return language
}

function makeLanguage(tag: Tag): Language {
  const dir = tag === 'ar' ? 'rtl' : 'ltr'
  const numbers = new Intl.NumberFormat(intlTag(tag))

  const t: Translate = (key, values = {}) =>
    text(key, values).replace(VALUE_OR_MARK, (_, name?: string) => {
      if (name === undefined) return ''
      const value = valueOf(key, name, values)
      if (typeof value === 'number') return numbers.format(value)
      // A code is copied as it stands, so it gets nothing invisible around it.
      return dir === 'ltr' || /^[\d\s-]*$/.test(value) ? value : `\u2068${value}\u2069`
    })

  function rich(key: string, values: Values = {}, links: Record<string, Link> = {}): string {
    return escapeHtml(text(key, values)).replace(ESCAPED, (_, name?: string, end?: string, mark?: string) => {
      if (name === undefined) return markup(key, mark!, end === '/', links)
      const value = valueOf(key, name, values)
      return typeof value === 'number' ? numbers.format(value) : `<bdi>${escapeHtml(value)}</bdi>`
    })
  }

  function markup(key: string, mark: string, ends: boolean, links: Record<string, Link>): string {
    if (mark === 'strong') return ends ? '</strong>' : '<strong>'
    const link = links[mark]
    if (!link) throw new TypeError(`the text ${key} has a <${mark}> that leads nowhere`)
    const away = link.newTab ? ' target="_blank" rel="noopener noreferrer"' : ''
    if (!ends) return `<a href="${escapeHtml(link.href)}"${away}>`
    return link.newTab ? `<span class="sr-only"> ${escapeHtml(t('common:newTab'))}</span></a>` : '</a>'
  }

  // A page has some thirty of them, and looking each up among plurals and fallbacks is a third of what the page costs.
  const texts = new Map<string, string>()

  function text(key: string, { count }: Values): string {
    if (typeof count === 'number') return textOf(tag, key, count)
    const found = texts.get(key) ?? textOf(tag, key)
    texts.set(key, found)
    return found
  }

  return {
    tag,
    dir,
    t,
    rich,
    day: (at, zone) => dayIn(tag, at, zone),
    moment: (at, zone) => momentIn(tag, at, zone),
    country: code =>
      /^[A-Z]{2}$/.test(code) ? new Intl.DisplayNames(intlTag(tag), { type: 'region' }).of(code)! : code,
  }
}

const VALUE_OR_MARK = /\{\{(\w+)\}\}|<\/?\w+>/g
/** The same in an escaped text. What is filled in is not looked at again. */
const ESCAPED = /\{\{(\w+)\}\}|&lt;(\/?)(\w+)&gt;/g

function valueOf(key: string, name: string, values: Values): string | number {
  const value = values[name]
  if (value === undefined) throw new TypeError(`the text ${key} was given no ${name}`)
  return value
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, character => ENTITIES[character]!)
}
