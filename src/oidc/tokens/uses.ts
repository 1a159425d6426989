// A code or a refresh token is used up, and what is made from it stored, by one commit: the library goes on before it is
// known whether this use is the first. Nothing of it is told before that is known; where it was not, it is taken back.
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import { keep, release } from '../provider/under-way.ts'

interface Use {
  first: Promise<unknown>
  /** Takes back what was made from it. */
  made: (() => Promise<unknown>)[]
}

type Context = Pick<KoaContextWithOIDC, 'req'>

const uses = new WeakMap<Context['req'], Use>()

/** What is stored by this request from now on was made from a use. @param first rejects when it was not the first */
function beginUse(ctx: Context, first: Promise<unknown>): void {
  // Should nothing ask for it, the answer waits for it all the same.
  keep(ctx, first)
  uses.set(ctx.req, { first, made: [] })
}

/** Notes what was made from the use that the request has begun, if it has. */
export function madeFromUse(ctx: Context | undefined, takeBack: () => Promise<unknown>): void {
  if (ctx) uses.get(ctx.req)?.made.push(takeBack)
}

/** Waits until the use that the request has begun is known to be the first. @throws InvalidGrant when it was not */
export async function requireFirstUse(ctx: Context | undefined): Promise<void> {
  const use = ctx && uses.get(ctx.req)
  if (!use) return
  try {
    await use.first
  } catch (error) {
    release(ctx, use.first)
    await Promise.all(use.made.map(takeBack => takeBack()))
    throw error
  }
}

interface Source {
  jti: string
  resource?: unknown
  adapter: { consume(id: string): Promise<void> }
  emit(event: string): void
}

/**
 * Lets the library go on from a use at once where an opaque access token comes after it, whose storing waits for the use
 * (a JWT is not stored).
 */
export function useAtOnce(provider: Provider): void {
  for (const model of ['AuthorizationCode', 'RefreshToken'] as const) {
    const prototype = provider[model].prototype as unknown as Source & { consume(): Promise<void> }
    prototype.consume = async function (this: Source) {
      const { ctx } = Provider
      const first = this.adapter.consume(this.jti).then(() => this.emit('consumed'))
      if (ctx && this.resource === undefined && ctx.oidc.params?.resource === undefined) beginUse(ctx, first)
      else await first
    }
  }
}
