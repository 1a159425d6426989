// What stands against a sign-in, or speaks for it, beside policy: limits that are closed, and the devices of the account.
import { secondFactorStanding, type Account } from '../../core/accounts/account.ts'
import { createDevices } from '../../core/sessions/devices.ts'
import { methods as listed } from '../../methods/list.ts'
import { failuresOfEveryone, passwordLockOf } from '../../methods/password/limits.ts'
import { closedUntil } from '../../methods/tries.ts'
import type { Opened } from '../support/open.ts'
import { time } from '../support/print.ts'

/** More than anybody has. */
const MOST = 200

export interface Risk {
  /** What the account may not be tried by now, but from a device that it knows. Epoch milliseconds. */
  closed: { method: string; until: number }[]
  /** Wrong passwords of everybody within the window, and how many there may be. */
  everyone: { count: number; max: number }
  /** How many devices it was used on, and until when some of them are remembered for the second factor. */
  devices: { seen: number; remembered: { id: string; userAgent: string; until: number }[] }
}

/** @param rememberFor seconds that policy has a device remembered for */
export async function riskOf(opened: Opened, account: Account, rememberFor: number): Promise<Risk> {
  const [password, ...others] = await Promise.all([
    passwordLockOf(opened, account.id).then(until => ({ method: 'password', until })),
    ...listed.map(async ({ id }) => ({ method: id, until: await closedUntil(opened, id, account.id) })),
  ])
  const { items } = await createDevices(opened.store).ofAccount(account.id, { limit: MOST, order: 'desc' })
  const remembered = items.flatMap(({ id, userAgent, secondFactorAt: at }) => {
    const until = at !== undefined && secondFactorStanding(account, at) ? at + rememberFor * 1000 : 0
    return until > Date.now() ? [{ id, userAgent, until }] : []
  })
  return {
    closed: [password, ...others].flatMap(({ method, until }) => (until === undefined ? [] : [{ method, until }])),
    everyone: await failuresOfEveryone(opened),
    devices: { seen: items.length, remembered },
  }
}

export function riskInWords({ closed, everyone, devices }: Risk): string[] {
  return [
    ...closed.map(
      ({ method, until }) =>
        `${method} is closed until ${time(until)}: too many tries. A device that is known may try.`,
    ),
    ...(everyone.count >= everyone.max
      ? [`password is closed to everybody: ${everyone.count} wrong ones lately. A device that is known may try.`]
      : []),
    `The account was used on ${devices.seen} ${devices.seen === 1 ? 'device' : 'devices'}.`,
    ...devices.remembered.map(
      ({ userAgent, until }) => `Remembered for the second factor until ${time(until)}: ${userAgent}`,
    ),
  ]
}
