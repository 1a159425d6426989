// A browser without a screen: cookies, redirects and forms over plain HTTP. Where rendering or a policy matters, tests
// use Chromium instead.
export interface VisitedPage {
  status: number
  /** Where the visit ended: after redirects within the issuer, or the first address outside of it. */
  url: URL
  html: string
  headers: Headers
}

export type Fields = Record<string, string | string[]>

export class Visitor {
  readonly issuer: string
  /** By path and name: `/signin/UID latchkey_signin` → value. */
  readonly #cookies = new Map<string, { path: string; name: string; value: string }>()

  constructor(issuer: string) {
    this.issuer = issuer
  }

  /** Opens an address and follows redirects until a page of the issuer's, or an address outside of it. */
  async open(address: string | URL, headers: Record<string, string> = {}): Promise<VisitedPage> {
    return this.#follow(await this.send('GET', address, undefined, headers), new URL(address, this.issuer))
  }

  /** Posts fields as a form would from a page of the issuer's. */
  async post(address: string | URL, fields: Fields, headers: Record<string, string> = {}): Promise<VisitedPage> {
    return this.#follow(await this.send('POST', address, fields, headers), new URL(address, this.issuer))
  }

  /** Fills in and sends the form of `page` that posts to an address ending in `action`. */
  async submit(page: VisitedPage, action: string, fields: Fields = {}): Promise<VisitedPage> {
    const form = formsIn(page).find(one => one.action.endsWith(action))
    if (!form) throw new Error(`no form for “${action}” on this page (${page.status} ${page.url}):\n${wordsOf(page)}`)
    return this.post(new URL(form.action, page.url), { ...form.hidden, ...fields })
  }

  /** One request, no redirect followed. What is no set of fields is sent as it is. */
  async send(
    method: string,
    address: string | URL,
    body?: Fields | string | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const url = new URL(address, this.issuer)
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(method === 'GET' ? {} : { origin: this.issuer }),
        ...this.#cookieHeader(url),
        ...headers,
      },
      ...(body ? { body: typeof body === 'string' || body instanceof FormData ? body : encode(body) } : {}),
    })
    this.#keep(response, url)
    return response
  }

  /** The value of a cookie by its name, whatever its path. */
  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].findLast(cookie => cookie.name === name)?.value
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(`${path} ${name}`, { path, name, value })
  }

  clearCookies(): void {
    this.#cookies.clear()
  }

  async #follow(response: Response, at: URL): Promise<VisitedPage> {
    let [current, url] = [response, at]
    for (let hops = 0; hops < 10; hops += 1) {
      const location = current.headers.get('location')
      if (!location) break
      url = new URL(location, url)
      if (url.origin !== new URL(this.issuer).origin) break
      current = await this.send('GET', url)
    }
    return { status: current.status, url, html: await current.text(), headers: current.headers }
  }

  #cookieHeader(url: URL): { cookie?: string } {
    const sent = [...this.#cookies.values()].filter(
      ({ path }) => url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/')),
    )
    return sent.length === 0 ? {} : { cookie: sent.map(({ name, value }) => `${name}=${value}`).join('; ') }
  }

  #keep(response: Response, url: URL): void {
    for (const header of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = header.split(';').map(part => part.trim())
      const name = pair.slice(0, pair.indexOf('='))
      const value = pair.slice(pair.indexOf('=') + 1)
      const attribute = (wanted: string) =>
        attributes.find(one => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
      const path = attribute('path') ?? url.pathname.replace(/\/[^/]*$/, '/')
      const expires = attribute('expires')
      if (value === '' || (expires && Date.parse(expires) < Date.now())) this.#cookies.delete(`${path} ${name}`)
      else this.setCookie(name, value, path)
    }
  }
}

interface FoundForm {
  action: string
  hidden: Record<string, string>
}

function formsIn(page: VisitedPage): FoundForm[] {
  return [...page.html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', body = '']) => {
      const hidden = [...body.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
        /name="([^"]*)"/.exec(tag)?.[1] ?? '',
        /value="([^"]*)"/.exec(tag)?.[1] ?? '',
      ])
      return { action: action.replaceAll('&amp;', '&'), hidden: Object.fromEntries(hidden) as Record<string, string> }
    },
  )
}

/** The words of a page, without its markup: for error messages, and to look for a sentence. */
export function wordsOf({ html }: Pick<VisitedPage, 'html'>): string {
  return html
    .replace(/<(head|style|script|svg)[\s\S]*?<\/\1>/g, '')
    .replace(/<wbr>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
}

function encode(fields: Fields): URLSearchParams {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
  return body
}
