// A browser that has been seen with an account. A known device still gets in when strangers have locked the account.
import { z } from 'zod'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { countryOf } from '../../lib/country.ts'
import { newSecret, sha256 } from '../../lib/ids.ts'
import { siteOf } from '../../lib/network.ts'
import { shortenSome } from '../traces.ts'

const deviceSchema = z.object({
  /** SHA-256 of the cookie's secret, and the account: one browser may be known to several accounts. */
  id: z.string(),
  accountId: z.string(),
  userAgent: z.string(),
  /** Since when that has been kept in full; absent once it is shortened. Epoch milliseconds. */
  inFullSince: z.number().optional(),
  /** Where it was seen last: a network (siteOf), and the country that it belongs to. */
  network: z.string().optional(),
  country: z.string().optional(),
  /** The networks in which the mailbox, or a passkey, has confirmed it, the latest last. */
  confirmedIn: z.array(z.string()).optional(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** Whether the account has signed in on it with nothing of its second factor passed by. */
  complete: z.literal(true).optional(),
  /** When a second factor was last proven on it, if the person wants it remembered for that. Epoch milliseconds. */
  secondFactorAt: z.number().optional(),
  /** Upgrades that were declined on it, by the method's id. */
  declined: z.array(z.string()).optional(),
  expiresAt: z.number(),
})

export type Device = z.infer<typeof deviceSchema>

/** What a request shows of a browser. */
export interface Sight {
  userAgent: string
  address: string
  /** Whether the mailbox, or a passkey, has confirmed it now. */
  confirmed?: boolean
}

/** What a sign-in may have shown of it. */
export type DeviceNews = Partial<Pick<Device, 'complete' | 'secondFactorAt' | 'declined'>>

export const deviceDeclaration: Declaration<Device> = {
  name: 'devices',
  schema: deviceSchema,
  indexes: [{ fields: ['accountId', 'lastSeenAt'] }, { fields: ['inFullSince'] }],
  expires: 'expiresAt',
}

const LIFETIME = 180 * 24 * 60 * 60 * 1000
/** More than people move between. */
const MOST_NETWORKS = 20
const SEEN_AGAIN = 24 * 60 * 60 * 1000

export type Devices = ReturnType<typeof createDevices>

export function createDevices(store: Store) {
  const devices = store.collection(deviceDeclaration)
  const idOf = (secret: string, accountId: string) => `${sha256(secret)}:${accountId}`

  return {
    newSecret,

    /** The device that this browser's secret names for the account, if it has been seen there before. */
    find: (secret: string | undefined, accountId: string): Promise<Device | undefined> =>
      secret ? devices.get(idOf(secret, accountId)) : Promise.resolve(undefined),

    /**
     * Remembers the browser for the account, or that it was seen again (written at most once a day, unless it is elsewhere),
     * and what is new of it.
     */
    async seen(
      secret: string,
      accountId: string,
      { userAgent, address, confirmed = false }: Sight,
      news: DeviceNews = {},
    ): Promise<Device> {
      const id = idOf(secret, accountId)
      const now = Date.now()
      const network = siteOf(address)
      const country = await countryOf(address)
      const made = ({ country: _before, ...device }: Partial<Device> = {}): Device => ({
        ...device,
        id,
        accountId,
        userAgent: userAgent.slice(0, 300),
        inFullSince: now,
        network,
        ...(country ? { country } : {}),
        ...(confirmed ? { confirmedIn: withNetwork(device.confirmedIn, network) } : {}),
        firstSeenAt: device.firstSeenAt ?? now,
        lastSeenAt: now,
        expiresAt: now + LIFETIME,
        ...news,
      })
      const isSame = (device: Device) =>
        now - device.lastSeenAt < SEEN_AGAIN &&
        device.network === network &&
        !tells(device, news) &&
        (!confirmed || confirmedAs(device, address) === 'network')
      // Most are as they were, and need no commit to find that out.
      const found = await devices.get(id)
      if (found && isSame(found)) return found
      return (await devices.upsert(id, known => (known && isSame(known) ? known : made(known))))!
    },

    /** Shortens some of those that were kept in full since `before` (epoch milliseconds). @returns how many were found */
    shorten: (before: number, limit: number): Promise<number> => shortenSome(devices, before, limit),

    ofAccount: (accountId: string, page: PageRequest): Promise<Page<Device>> => devices.list({ accountId }, page),

    /** Whoever uses that browser is a stranger to the account from now on. */
    async forget(id: string, accountId: string): Promise<void> {
      if ((await devices.get(id))?.accountId === accountId) await devices.remove(id)
    },

    /** It is asked for the second factor again from now on. Undefined when it was not remembered for this account. */
    forgetSecondFactor: (id: string, accountId: string): Promise<Device | undefined> =>
      devices.update(id, ({ secondFactorAt, ...rest }) =>
        secondFactorAt !== undefined && rest.accountId === accountId ? rest : undefined,
      ),
  }
}

/** Whether it was confirmed for the account, and so in the network of this address. */
export function confirmedAs({ confirmedIn = [] }: Device, address: string): 'device' | 'network' | undefined {
  if (confirmedIn.includes(siteOf(address))) return 'network'
  return confirmedIn.length > 0 ? 'device' : undefined
}

function withNetwork(known: readonly string[] = [], network: string): string[] {
  return [...known.filter(one => one !== network), network].slice(-MOST_NETWORKS)
}

function tells(device: Device, news: DeviceNews): boolean {
  return Object.entries(news).some(([name, value]) => device[name as keyof DeviceNews] !== value)
}
