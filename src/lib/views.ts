// The view renderer: EJS templates in, HTML pages and mails out. What a page says is in views/, not here.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import { LANGUAGES } from './languages/names.ts'
import { chooseTag } from './languages/choose.ts'
import { languageBy } from './languages/language.ts'
import { describeBrowser } from './web/browser/describe-browser.ts'

/** What every page may know; a page's own `page` is laid over the one among the globals. */
export interface PageLocals {
  brand: { name: string }
  /** BCP 47; English unless it is one of ours. */
  lang: string
  /** The time zone of the person, as the time zone database names it; UTC unless it is known. */
  zone?: string
  /** The address to come back to from a change of the language; without one it cannot be changed. */
  here?: string
  /** Wins over the title that the view itself gives. */
  title?: string
  /** The app that the person is signing in to. */
  client?: ClientLocals
  termsUrl?: string
  privacyUrl?: string
  /** A script of ours, under views/assets/, that the page loads. */
  script?: string
  /** Shown in the footer, for a person to quote: give it on a page that refuses something. */
  traceId?: string
}

/** A client as its owner describes it: every text and address here may be hostile, and the views treat it so. */
export interface ClientLocals {
  name: string
  logoUri?: string
  clientUri?: string
  policyUri?: string
  tosUri?: string
}

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

export interface Views {
  /** A whole HTML page from `views/NAME.ejs` within `views/layout.ejs`, or the layout that the locals name. Throws when a local is missing. */
  render(name: string, locals: object): string
  /**
   * A mail from `views/mail/NAME.{subject,text,html}.ejs`, by `lang` and `zone` as of a page; its own page stands within
   * `views/partials/mail/layout.ejs`. The subject is one line.
   */
  renderMail(name: string, locals: object): RenderedMail
}

type Escape = (value: unknown) => string

/**
 * Compiles each template under `root` at its first use and keeps it. `globals` are locals of every view;
 * `globals.page` holds what all pages share (PageLocals).
 */
export function createViews(root: string, globals: object): Views {
  // By what escapes their values, too: what was compiled for the text of a mail would let markup into a page.
  const templates = new Map<Escape, Map<string, ejs.TemplateFunction>>([
    [escapeHtml, new Map()],
    [plainLine, new Map()],
  ])
  const assetVersion = fingerprint(join(root, 'assets', 'latchkey.css'))

  function template(name: string, escape: Escape): ejs.TemplateFunction {
    const known = templates.get(escape)!.get(name)
    if (known) return known
    const filename = join(root, `${name}.ejs`)
    // `with` is on for its strictness: a bare name that is no local throws, where `locals.name` would print nothing.
    // Our locals have no prototype, which is all that a copy of them would be made for.
    const options = { filename, escape, async: false, unsafePrototypeLocals: true } as const
    const made = ejs.compile(readFileSync(filename, 'utf8'), options)
    templates.get(escape)!.set(name, made)
    return made
  }

  function fill(name: string, escape: Escape, locals: object): string {
    // EJS's own `include` looks for the file each time, and copies all locals twice.
    const include = (path: string, more?: object) => fill(path.slice(1), escape, more ? { ...all, ...more } : all)
    const all: object = Object.assign(Object.create(null) as object, locals, { include })
    return template(name, escape)(all)
  }

  return {
    render(name, locals) {
      // A view fills in its title here, and the id of a form whose fields a change of the language is to keep.
      const view = { title: '', wide: false, form: '' }
      const page = { assetVersion, ...pageOf(globals), ...pageOf(locals) }
      const all = { webUrl, hostOf, initialOf, ...globals, ...locals, ...spoken(page), page, view }
      const body = fill(name, escapeHtml, all)
      return fill(layoutOf(locals), escapeHtml, { ...all, body })
    },

    renderMail(name, locals) {
      const all = { initialOf, ...globals, ...locals, ...spoken(locals) }
      const subject = fill(`mail/${name}.subject`, plainLine, all).trim()
      const body = fill(`mail/${name}.html`, escapeHtml, all)
      return {
        subject,
        text: fill(`mail/${name}.text`, plainLine, all),
        html: fill('partials/mail/layout', escapeHtml, { ...all, subject, body }),
      }
    },
  }
}

/** A client's own address, if it may be a link or an image: http and https only, so never `javascript:` or `data:`. */
export function webUrl(value: string | undefined): string | undefined {
  return value !== undefined && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : undefined
}

/** The host of an address that `webUrl` lets through, as the person would see it in the address bar. */
export function hostOf(value: string | undefined): string | undefined {
  const url = webUrl(value)
  return url && new URL(url).host
}

const LETTERS = new Intl.Segmenter()

/** The first letter of a name, as a person counts letters, for the tile that stands in for a missing logo. */
export function initialOf(name: string): string {
  const letters = [...LETTERS.segment(name)].map(part => part.segment)
  return (letters.find(letter => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(letter)) ?? '?').toUpperCase()
}

interface Spoken {
  lang?: string
  zone?: string
}

/** What a view says its texts by, and how the language is written. */
function spoken({ lang = 'en', zone }: Spoken) {
  const language = languageBy(chooseTag([lang]) ?? 'en')
  const { t, rich, dir } = language
  return {
    t,
    rich,
    dir,
    lang: language.tag,
    languages: LANGUAGES,
    day: (at: number) => language.day(at, zone),
    moment: (at: number) => language.moment(at, zone),
    country: language.country,
    browser: (userAgent: string) => describeBrowser(userAgent, language),
  }
}

function escapeHtml(value: unknown): string {
  return ejs.escapeXML(present(value))
}

/** For subjects and text mails: no markup to escape, but a line break in a value could add a header or forge a line. */
function plainLine(value: unknown): string {
  return String(present(value)).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** EJS prints a missing property as nothing, and a page with a hole looks right in review: so it is an error. */
function present(value: unknown): unknown {
  if (value === undefined || value === null) throw new TypeError('a view printed a value that is missing')
  return value
}

function layoutOf(locals: object): string {
  return 'layout' in locals && typeof locals.layout === 'string' ? locals.layout : 'layout'
}

function pageOf(locals: object): Spoken {
  return 'page' in locals && typeof locals.page === 'object' && locals.page !== null ? locals.page : {}
}

function fingerprint(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 10)
}
