// The cookie by which a browser is known again. It holds a secret of its own, and is no session: it lets nobody in.
import type { PageContext } from '../lib/web/context.ts'
import type { SignInServices } from './services.ts'

const LIFETIME = 180 * 24 * 60 * 60 * 1000

function nameOf(services: Pick<SignInServices, 'config'>): string {
  return services.config.issuer.startsWith('https:') ? '__Host-latchkey_device' : 'latchkey_device'
}

/** The id of this browser's device, when it has been seen with the account. */
export async function knownDevice(
  services: SignInServices,
  ctx: PageContext,
  accountId: string,
): Promise<string | undefined> {
  const device = await services.devices.find(ctx.cookies.get(nameOf(services), { signed: true }), accountId)
  return device?.id
}

/** After a sign-in: the browser is known for this account from now on. @returns the device's id */
export async function rememberDevice(services: SignInServices, ctx: PageContext, accountId: string): Promise<string> {
  const name = nameOf(services)
  const held = ctx.cookies.get(name, { signed: true })
  const secret = held ?? services.devices.newSecret()
  if (!held)
    ctx.cookies.set(name, secret, { signed: true, httpOnly: true, sameSite: 'lax', path: '/', maxAge: LIFETIME })
  const device = await services.devices.seen(secret, accountId, ctx.get('user-agent'))
  return device.id
}
