// Everything that lets its holder in, as a journey comes by it; and where it must not be found.
import { expect } from 'chai'
import { declarations } from '../../src/oidc/declarations.ts'
import type { Declaration, Document, Store } from '../../src/storage/port.ts'
import type { Answer } from './flow.ts'
import { Visitor, type Fields } from './visitor.ts'

export class Secrets {
  readonly #known = new Map<string, string>()

  /** `name` says what it is, for whoever reads a failure. */
  keep(name: string, value: string | undefined): string {
    if (!value) throw new Error(`there is no ${name}`)
    this.#known.set(value, name)
    return value
  }

  keepTokens({ access_token: access, refresh_token: refresh, id_token: id }: Partial<Answer>): void {
    if (access) this.keep('access token', access)
    if (refresh) this.keep('refresh token', refresh)
    if (id) this.keep('ID token’s signature', id.split('.')[2])
  }

  names(): Set<string> {
    return new Set(this.#known.values())
  }

  /** Short ones, such as mailed codes, count only where they stand by themselves. */
  expectNoneIn(where: string, text: string): void {
    for (const [value, name] of this.#known) {
      for (const form of new Set([value, encodeURIComponent(value), Buffer.from(value).toString('base64')])) {
        const at = value.length > 8 ? text.indexOf(form) : text.search(new RegExp(`(?<![\\w.-])${form}(?![\\w.-])`))
        expect(at, `${name} in ${where}: …${at < 0 ? '' : text.slice(Math.max(0, at - 80), at + 80)}…`).to.equal(-1)
      }
    }
  }
}

/** A browser whose session and device cookies are secrets. */
export class SecretiveVisitor extends Visitor {
  readonly #secrets: Secrets

  constructor(issuer: string, secrets: Secrets) {
    super(issuer)
    this.#secrets = secrets
  }

  override async send(
    method: string,
    address: string | URL,
    body?: Fields | string | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await super.send(method, address, body, headers)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^latchkey_(session|device|account|account_signin)(?:\.sig)?=([^;]+)/.exec(cookie) ?? []
      if (value) this.#secrets.keep(`${name} cookie`, value)
    }
    return response
  }
}

/** Every document of every collection, as text. */
export async function everyDocument(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const declaration of declarations as readonly Declaration<Document>[]) {
    let cursor: string | undefined
    do {
      const page = await store.collection(declaration).list({}, { limit: 200, ...(cursor ? { cursor } : {}) })
      for (const document of page.items) found.set(`${declaration.name} ${document.id}`, JSON.stringify(document))
      cursor = page.cursor
    } while (cursor)
  }
  return found
}
