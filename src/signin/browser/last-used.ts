// Which methods were used last in this browser, by the name that was typed. It is kept in the browser alone: what an
// account has is not looked at, so the order in which methods are offered tells a stranger nothing.
import type { Attempt } from '../../core/attempts.ts'
import { canonicalIdentifier } from '../../core/accounts/names.ts'
import { sha256 } from '../../lib/ids.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { cookieName, lastingCookie } from './device-cookie.ts'
import type { SignInServices } from '../services.ts'

/** As many people as share a browser. */
const MOST = 5
const NAME = 'latchkey_used'

type Services = Pick<SignInServices, 'config'>

/** Of `ids`, those that were used last first. */
export function lastUsedFirst(
  services: Services,
  ctx: PageContext,
  identifier: string | undefined,
  ids: readonly string[],
): string[] {
  const used = read(services, ctx).get(keyOf(identifier)) ?? []
  const place = (id: string) => (used.includes(id) ? used.indexOf(id) : used.length)
  return ids.toSorted((one, other) => place(one) - place(other))
}

/** After a sign-in. */
export function noteUsed(services: Services, ctx: PageContext, { identifier, proofs, startedAt }: Attempt): void {
  const used = proofs.filter(({ at }) => at >= startedAt).map(({ method }) => method)
  if (used.length === 0) return
  const all = read(services, ctx)
  const entries = [keyOf(identifier), ANYBODY].map((key): [string, string[]] => [key, used])
  const kept = [...all].filter(([key]) => entries.every(([other]) => other !== key))
  const value = [...entries, ...kept]
    .slice(0, MOST + 1)
    .map(([key, ids]) => [key, ...ids].join('.'))
    .join('~')
  if (value !== raw(services, ctx)) ctx.cookies.set(cookieName(services, NAME), value, lastingCookie)
}

/** Whoever it was: for the first page, on which nobody has said who they are. */
const ANYBODY = '-'

function keyOf(identifier: string | undefined): string {
  if (identifier === undefined) return ANYBODY
  const name = canonicalIdentifier(identifier)
  return sha256(name ? JSON.stringify(name) : identifier).slice(0, 12)
}

function read(services: Services, ctx: PageContext): Map<string, string[]> {
  const entries = (raw(services, ctx) ?? '').split('~').map(entry => entry.split('.'))
  return new Map(entries.map(([key = '', ...ids]) => [key, ids]))
}

function raw(services: Services, ctx: PageContext): string | undefined {
  return ctx.cookies.get(cookieName(services, NAME), { signed: true })
}
