// Where a link that was made for somebody leads once it is opened, by what it is for, and the mail in which an app may have it
// sent, which is given `brandName`, `clientName`, `link` and `until`. A page finds the token by `keptToken`, shows by GET what
// would happen, and by POST uses the link (`links.use` with this purpose and no attempt).
import type { AccountPurpose, Link } from '../../core/links/links.ts'

export const LINK_PAGES: Record<AccountPurpose, { path: string; mail: string }> = {
  'sign-in': { path: '/magic', mail: 'made-sign-in' },
  verify: { path: '/magic/verify', mail: 'made-verify' },
  reset: { path: '/magic/reset', mail: 'made-reset' },
}

/** The page of a link; of one that is nothing, the page that says so. */
export function pathOfLink(link: Link | undefined): string {
  const known: Partial<Record<Link['purpose'], { path: string }>> = LINK_PAGES
  return (link && known[link.purpose]?.path) ?? '/magic'
}
