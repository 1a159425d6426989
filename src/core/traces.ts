// What is kept of where something came from: in full for a while, then only its network, browser and system.
import { networkOf, normalizeAddress } from '../lib/network.ts'
import { shortUserAgent } from '../lib/web/browser/browser.ts'
import type { Collection, Document } from '../storage/port.ts'

interface Trace {
  address?: string | undefined
  userAgent?: string | undefined
  /** Since when both have been kept in full; absent once they are shortened. Epoch milliseconds. */
  inFullSince?: number | undefined
}

/**
 * Shortens some of those that were kept in full since `before` (epoch milliseconds); what is shortened is found no more.
 * The collection needs an index over `inFullSince`.
 * @returns how many were found
 */
export async function shortenSome<T extends Document & Trace>(
  collection: Collection<T>,
  before: number,
  limit: number,
): Promise<number> {
  const { items } = await collection.list({ inFullSince: { lt: before } }, { limit })
  await Promise.all(
    items.map(({ id }) =>
      // It may have been shortened, or seen again in full, meanwhile.
      collection.update(id, known => ((known.inFullSince ?? before) < before ? shortened(known) : undefined)),
    ),
  )
  return items.length
}

function shortened<T extends Trace>({ inFullSince: _over, ...known }: T): T {
  const { address, userAgent } = known
  return {
    ...known,
    // What is no address ("unknown") says nothing that could be shortened.
    ...(address && normalizeAddress(address) ? { address: networkOf(address) } : {}),
    ...(userAgent ? { userAgent: shortUserAgent(userAgent) } : {}),
  } as unknown as T
}
