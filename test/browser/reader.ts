// A person at a browser, who reads one language: all that is pressed, filled in or looked for goes by the words of its
// catalog, on pages and in mails; and no word of another language may stand there.
import { expect } from 'chai'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { languageBy, type Language, type Values } from '../../src/lib/languages/language.ts'
import { isForm, textsOf } from '../lib/languages/texts.ts'
import { codeIn, type ReceivedMail } from '../support/mailbox.ts'
import type { Stage } from './stage.ts'
import { journey } from './visits.ts'

/** English, long words, and the other direction. */
const TAGS = ['en', 'de', 'ar'] as const
type Tag = (typeof TAGS)[number]

/** Somebody comes, with a browser of their own. */
export type Meet = (options?: BrowserContextOptions) => Promise<Reader>

/** The same journey by people of each language. @param stage as it is when the test runs */
export function story(
  title: string,
  stage: () => Stage,
  tell: (meet: Meet, language: Language) => Promise<void>,
): void {
  for (const tag of TAGS)
    journey(`${title}, in ${tag}`, open =>
      tell(async options => new Reader(stage(), await open({ locale: tag, ...options }), tag), languageBy(tag)),
    )
}

export class Reader {
  readonly page: Page
  readonly #stage: Stage
  readonly #language: Language
  readonly #foreign: string[]

  constructor(stage: Stage, page: Page, tag: Tag) {
    this.page = page
    this.#stage = stage
    this.#language = languageBy(tag)
    this.#foreign = foreignTo(tag)
  }

  async goTo(address: string): Promise<void> {
    await this.page.goto(address)
  }

  /** Waits for the page with this heading. */
  async sees(key: string, values?: Values): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: this.#whole(key, values) }).waitFor()
    this.#expectOwn(await this.page.content(), await this.page.locator('body').innerText(), key)
  }

  /** Waits for words that stand somewhere on the page. */
  async reads(key: string, values?: Values): Promise<void> {
    await this.page.getByText(this.#words(key, values)).first().waitFor()
  }

  async press(key: string, values?: Values): Promise<void> {
    await this.page.getByRole('button', { name: this.#whole(key, values) }).click()
  }

  async follow(key: string, values?: Values): Promise<void> {
    await this.page.getByRole('link', { name: this.#whole(key, values) }).click()
  }

  field(key: string): Locator {
    return this.page.getByLabel(this.#begins(key)).and(this.page.locator('input'))
  }

  async fill(key: string, text: string): Promise<void> {
    await this.field(key).fill(text)
  }

  /** From the first page of a sign-in. */
  async signIn(name: string, password: string): Promise<void> {
    await this.fill('signin:identify.label', name)
    await this.press('common:continue')
    await this.sees('methods:password.enter')
    await this.fill('common:password', password)
    await this.press('common:signIn')
  }

  /** Lets the app in, and is back there. */
  async allow(): Promise<void> {
    await this.press('signin:consent.allow')
    await this.isAtTheApp()
  }

  async isAtTheApp(): Promise<void> {
    await this.page.waitForURL(`${this.#stage.redirectUri}**`)
  }

  async typeMailedCode(mail: ReceivedMail): Promise<void> {
    await this.fill('common:sixDigitCode', codeIn(mail))
  }

  /** The newest mail to the address with this subject. */
  async mail(address: string, subject: string, values: Values = { brand: 'Latchkey' }): Promise<ReceivedMail> {
    const { app, mailbox } = this.#stage.server
    await app.postbox.settled()
    const all = mailbox.to(address)
    const wanted = bare(this.#language.t(subject, values))
    const found = all.findLast(mail => bare(mail.subject) === wanted)
    if (!found) throw new Error(`no mail “${wanted}” among ${all.map(mail => `“${mail.subject}”`).join(', ')}`)
    this.#expectOwn(found.html, found.text, subject)
    return found
  }

  #expectOwn(html: string, text: string, where: string): void {
    const { tag, dir } = this.#language
    expect(html, where).to.include(`<html lang="${tag}" dir="${dir}">`)
    const read = bare(text)
    expect(
      this.#foreign.filter(words => read.includes(words)),
      `English at ${where}`,
    ).to.deep.equal([])
  }

  /** What keeps a value apart from the direction around it may be a character or an element. */
  #source(key: string, values?: Values): string {
    const text = this.#language.t(key, values)
    return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&').replace(/[\u2068\u2069]/g, '$&?')
  }

  #words = (key: string, values?: Values): RegExp => new RegExp(this.#source(key, values))
  #begins = (key: string): RegExp => new RegExp(`^${this.#source(key)}`)
  #whole = (key: string, values?: Values): RegExp => new RegExp(`^${this.#source(key, values)}$`)
}

/** English sentences, and phrases of several words, that the language says in another way. */
function foreignTo(tag: Tag): string[] {
  if (tag === 'en') return []
  const english = textsOf('en')
  const own = textsOf(tag)
  return [...english].flatMap(([key, text]) => {
    const isPhrase = text.split(' ').length > 2 && !/[{<]/.test(text)
    return isPhrase && !isForm(key, english) && own.get(key) !== text ? [text] : []
  })
}

function bare(text: string): string {
  return text.replace(/[\u2068\u2069]/g, '')
}
