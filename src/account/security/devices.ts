// Browsers that are not asked for the second step for a while.
import type { Account } from '../../core/accounts/account.ts'
import { secondFactorStanding } from '../../core/accounts/account.ts'
import type { Device } from '../../core/sessions/devices.ts'
import { ACCOUNT_CONSOLE } from '../../oidc/consoles/console-clients.ts'
import { goTo } from '../../lib/web/go-to.ts'
import type { AccountPage, AccountSubmission } from '../opened.ts'
import { originOf } from '../origin.ts'
import type { AccountServices } from '../services.ts'
import { SECURITY } from './ways.ts'

/** More than anybody has. */
const MOST = 200

export const FORGET = `${SECURITY}/devices/forget`

export interface RememberedDevice {
  id: string
  userAgent: string
  /** ISO 3166-1 alpha-2, of where it was seen last. */
  country?: string
  lastSeenAt: number
  /** Epoch milliseconds. */
  until: number
}

export async function rememberedDevices({ services, signedIn: { account } }: AccountPage): Promise<RememberedDevice[]> {
  const { rememberSecondFactor } = services.policy.resolve({
    guards: ACCOUNT_CONSOLE.guards,
    roles: account.roles,
  }).settings
  const until = (device: Device) => (device.secondFactorAt ?? 0) + rememberSecondFactor * 1000
  return (await trusted(services, account))
    .filter(device => until(device) > Date.now())
    .map(device => ({ ...shown(device), until: until(device) }))
}

function shown({ id, userAgent, country, lastSeenAt }: Device) {
  return { id, userAgent, lastSeenAt, ...(country ? { country } : {}) }
}

/** One of them, or all, is asked again from now on. */
export async function forgetDevices(submission: AccountSubmission): Promise<void> {
  const { services, ctx, signedIn, form } = submission
  const wanted = form.text('device')
  const devices = await trusted(services, signedIn.account)
  await forget(
    submission,
    devices.filter(({ id }) => wanted === '' || id === wanted),
  )
  goTo(ctx, `${SECURITY}?done=forgotten`)
}

/** What was removed must not go on sparing anybody the question. */
export async function forgetAllDevices(page: AccountPage): Promise<void> {
  await forget(page, await trusted(page.services, page.signedIn.account))
}

async function forget(page: AccountPage, devices: readonly Device[]): Promise<void> {
  const { services, signedIn } = page
  for (const { id } of devices) {
    const about = { ...originOf(page), accountId: signedIn.account.id, deviceId: id }
    await services.events.emit({ type: 'device.forgotten', ...about, details: {} })
    await services.devices.forgetSecondFactor(id, signedIn.account.id)
  }
}

async function trusted({ devices }: AccountServices, account: Account): Promise<Device[]> {
  const { items } = await devices.ofAccount(account.id, { limit: MOST, order: 'desc' })
  return items.filter(({ secondFactorAt: at }) => at !== undefined && secondFactorStanding(account, at))
}
