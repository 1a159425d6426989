// The cookie by which a browser is known again. It holds a secret of its own, and is no session: it lets nobody in.
import type { Device, DeviceNews } from '../../core/sessions/devices.ts'
import type { PageContext } from '../../lib/web/context.ts'
import type { SignInServices } from '../services.ts'

/** Milliseconds. */
export const COOKIE_LIFETIME = 180 * 24 * 60 * 60 * 1000

/** `__Host-` where the issuer is https. */
export function cookieName({ config }: Pick<SignInServices, 'config'>, name: string): string {
  return config.issuer.startsWith('https:') ? `__Host-${name}` : name
}

/** This browser's device, when it has been seen with the account. */
export function knownDevice(
  services: SignInServices,
  ctx: PageContext,
  accountId: string,
): Promise<Device | undefined> {
  const secret = ctx.cookies.get(cookieName(services, 'latchkey_device'), { signed: true })
  return services.devices.find(secret, accountId)
}

/** After a sign-in: the browser is known for this account from now on. */
export async function rememberDevice(
  services: SignInServices,
  ctx: PageContext,
  accountId: string,
  news: DeviceNews = {},
  confirmed = false,
): Promise<Device> {
  const name = cookieName(services, 'latchkey_device')
  // One request may come here twice, before the browser has the cookie.
  const held = ctx.cookies.get(name, { signed: true }) ?? (ctx.state.deviceSecret as string | undefined)
  const secret = held ?? services.devices.newSecret()
  if (!held) {
    ctx.cookies.set(name, secret, lastingCookie)
    ctx.state.deviceSecret = secret
  }
  return services.devices.seen(
    secret,
    accountId,
    { userAgent: ctx.get('user-agent'), address: ctx.ip, confirmed },
    news,
  )
}

export const lastingCookie = {
  signed: true,
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  maxAge: COOKIE_LIFETIME,
} as const
