// A browser for the load client: cookies, redirects and forms, as a generator of requests.
import { get, header, post, wrong, type Answer, type Ask, type Headers } from './http.ts'

export type Steps<Result> = Generator<Ask, Result, Answer>

/** A page, or whatever else redirects have come to. */
export interface Arrived {
  url: URL
  /** Undefined outside of the server, where nothing is asked for. */
  answer?: Answer
}

export class Browser {
  readonly #origin: string
  readonly #headers: Headers
  readonly #cookies = new Map<string, { value: string; path: string }>()

  /** @param headers sent with every request */
  constructor(origin: string, headers: Headers = {}) {
    this.#origin = origin
    this.#headers = headers
  }

  /**
   * Opens an address, follows redirects and fills in each form that it knows the fields of, until it is sent to an address
   * outside of the server. @returns that address
   */
  *open(address: string, known: Record<string, string>): Steps<URL> {
    return yield* this.goOn(yield* this.arrive(address), known)
  }

  /** The same from a page on. */
  *goOn(page: Arrived, known: Record<string, string>): Steps<URL> {
    let { url, answer } = page
    for (let forms = 0; forms < 10 && answer; forms += 1) {
      const form = answer.status === 200 ? formIn(answer.body, known) : undefined
      if (!form) throw wrong(answer, `no way on at ${url.pathname}`)
      ;({ url, answer } = yield* this.arrive(new URL(form.action || url.href, url), form.fields))
    }
    return url
  }

  /** Opens an address, or posts to it, and follows redirects. */
  *arrive(address: string | URL, fields?: Fields): Steps<Arrived> {
    let url = new URL(address, this.#origin)
    let answer = yield* this.send(url, fields)
    for (let hops = 0; hops < 10; hops += 1) {
      if (answer.status < 300 || answer.status >= 400) return { url, answer }
      url = new URL(header(answer, 'location'), url)
      if (url.origin !== this.#origin) return { url }
      answer = yield* this.send(url)
    }
    throw wrong(answer, `redirects without end at ${url.pathname}`)
  }

  /** One request, no redirect followed. */
  *send(url: URL, fields?: Fields, more: Headers = {}): Steps<Answer> {
    const path = url.pathname + url.search
    const headers = { Accept: 'text/html', ...this.#headers, ...this.cookiesFor(url.pathname), ...more }
    const answer = yield fields
      ? post(this.#origin, path, fields, { Origin: this.#origin, ...headers })
      : get(this.#origin, path, headers)
    this.keep(answer)
    return answer
  }

  /** The header with the cookies that go with a request for this path. */
  cookiesFor(path: string): Headers {
    const sent = [...this.#cookies].filter(([, cookie]) => path.startsWith(cookie.path))
    return sent.length > 0 ? { Cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; ') } : {}
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, { value, path: '/' })
  }

  /** Drops the cookies of a name like this. */
  forget(like: RegExp): void {
    for (const name of this.#cookies.keys()) if (like.test(name)) this.#cookies.delete(name)
  }

  /** Takes the answer's cookies. */
  keep({ head }: Answer): void {
    for (const [, name, value, rest] of head.matchAll(/^set-cookie: ([^=]+)=([^;\r\n]*)(.*)$/gim)) {
      const path = /;\s*path=([^;\r]*)/i.exec(rest!)?.[1] ?? '/'
      if (value) this.#cookies.set(name!, { value, path })
      else this.#cookies.delete(name!)
    }
  }
}

type Fields = [string, string][]

/** The first form on a page that asks for something known, or for a decision, as a browser sends it by its first button. */
function formIn(html: string, known: Record<string, string>): { action: string; fields: Fields } | undefined {
  for (const [, attributes, content] of html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const inputs = [...content!.matchAll(/<input([^>]*)>/g)].flatMap(([, tag]) => fieldOf(tag!, known))
    const button = /<button[^>]*? name="([^"]*)" value="([^"]*)"/.exec(content!)
    const asked = inputs.some(([name]) => name in known)
    if (asked || button) {
      const fields = [...inputs, ...(button ? [[button[1]!, button[2]!] as [string, string]] : [])]
      return { action: /action="([^"]*)"/.exec(attributes!)?.[1] ?? '', fields }
    }
  }
  return undefined
}

function fieldOf(tag: string, known: Record<string, string>): Fields {
  const attribute = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]
  const name = attribute('name')
  if (!name) return []
  if (name in known) return [[name, known[name]!]]
  const shown = attribute('type') === 'hidden' || / checked\b/.test(tag)
  return shown ? [[name, attribute('value') ?? '']] : []
}
