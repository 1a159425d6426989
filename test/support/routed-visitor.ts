import { Visitor, type Fields } from './visitor.ts'

/** A browser that knows the issuer's address alone, while a proxy or a load balancer decides where its requests go. */
export class RoutedVisitor extends Visitor {
  readonly #route: () => string

  /** `route` answers the address that takes the next request. */
  constructor(issuer: string, route: () => string) {
    super(issuer)
    this.#route = route
  }

  override send(
    method: string,
    address: string | URL,
    body?: Fields | string | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { origin, pathname, search } = new URL(address, this.issuer)
    if (origin !== new URL(this.issuer).origin) return super.send(method, address, body, headers)
    return super.send(method, new URL(`${pathname}${search}`, this.#route()), body, headers)
  }
}
