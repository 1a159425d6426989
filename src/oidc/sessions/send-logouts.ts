import type Provider from 'oidc-provider'
import type { Logout, Logouts } from '../../core/sessions/logouts.ts'
import type { Log } from '../../lib/log.ts'

const BATCH = 50

type Client = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>
type Tell = (this: Client, accountId: string, sid: string | undefined) => Promise<void>

/** The library's own sending, kept when `queueLogouts` puts the queue in its place. */
const tellers = new WeakMap<Provider, Tell>()

/** Makes the library put a logout into the queue, where it outlives this process, instead of sending it at once. */
export function queueLogouts(provider: Provider, logouts: Logouts): void {
  const prototype = provider.Client.prototype as unknown as { backchannelLogout: Tell }
  tellers.set(provider, prototype.backchannelLogout)
  prototype.backchannelLogout = function (accountId, sid) {
    return logouts.queue({ clientId: this.clientId, accountId, ...(sid ? { sid } : {}) })
  }
}

/** Sends the logouts that are due. @returns how many apps were told, and how many could not be reached */
export async function sendLogouts(
  provider: Provider,
  logouts: Logouts,
  log: Log,
): Promise<{ told: number; failed: number }> {
  const due = await logouts.due(BATCH)
  const outcomes = await Promise.all(due.map(logout => sendOne(provider, logouts, log, logout)))
  const told = outcomes.filter(Boolean).length
  return { told, failed: due.length - told }
}

async function sendOne(provider: Provider, logouts: Logouts, log: Log, logout: Logout): Promise<boolean> {
  try {
    const client = await provider.Client.find(logout.clientId)
    if (client?.backchannelLogoutUri) await tellers.get(provider)!.call(client, logout.accountId, logout.sid)
    await logouts.done(logout.id)
    return true
  } catch (error) {
    log.warn({ err: error, clientId: logout.clientId, tries: logout.tries }, 'an app could not be told of a sign-out')
    await logouts.failed(logout)
    return false
  }
}
