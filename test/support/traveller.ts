import { Visitor } from './visitor.ts'

/** For `startServer`, so that it believes where a traveller is. */
export const BEHIND_PROXY = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.0/8,::1' }

/** In documents alone, so of no country; addresses in the Netherlands and in the United States. */
export const NOWHERE = '203.0.113.7'
export const DUTCH = '193.0.6.139'
export const AMERICAN = '8.8.8.8'

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const NEWER_FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0'
export const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15'

/** A browser that says what it is, and moves: every request comes from where it is. */
export class Traveller extends Visitor {
  at = NOWHERE
  userAgent = FIREFOX

  override send(method: string, address: string | URL, body?: Parameters<Visitor['send']>[2]): Promise<Response> {
    return super.send(method, address, body, { 'x-forwarded-for': this.at, 'user-agent': this.userAgent })
  }
}
