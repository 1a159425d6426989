import type { Events, Origin } from '../events/events.ts'
import type { AccountPurpose, Link, Links, WantedToMake } from './links.ts'

/** Makes a link for somebody. The entry is written first, so that none is without it. @returns the token, for its address */
export async function makeLink(
  { events, links }: { events: Events; links: Links },
  wanted: WantedToMake & { purpose: AccountPurpose },
  origin: Origin,
): Promise<{ token: string; link: Link }> {
  const { purpose, account, clientId, lasts, maxUses } = wanted
  await events.emit({
    type: 'link.created',
    ...origin,
    accountId: account.id,
    clientId,
    details: { purpose, uses: maxUses, until: Date.now() + lasts * 1000 },
  })
  return links.make(wanted)
}
