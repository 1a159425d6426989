// Where a link that was made for somebody leads once it is opened, by what it is for, and the mail in which an app may have it
// sent. Whoever builds the page of another purpose adds its line: the page finds the token by `keptToken`, shows by GET what
// would happen, and by POST uses the link (`links.use` with this purpose and no attempt). The mail is given `brandName`,
// `clientName`, `link` and `until`. From then on administrators and apps can make such links.
import type { AnyPurpose, Link, LinkPurpose } from '../../core/links/links.ts'

export const LINK_PAGES: Partial<Record<AnyPurpose, { path: string; mail: string }>> = {
  'sign-in': { path: '/magic', mail: 'made-sign-in' },
  verify: { path: '/magic/verify', mail: 'made-verify' },
}

/** What links can be made for. */
export const MADE_FOR = Object.keys(LINK_PAGES) as LinkPurpose[]

/** The page of a link; of one that is nothing, the page that says so. */
export function pathOfLink(link: Link | undefined): string {
  return (link && LINK_PAGES[link.purpose])?.path ?? '/magic'
}
