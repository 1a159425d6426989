import { keptToken } from '../links/kept.ts'
import type { Page } from '../attempt/page.ts'
import { openedLink, RECOVERY_COOKIE } from './opened-link.ts'

/** Whether this browser has opened the link of the last mail, and it counts for the one who signs in. */
export async function holdsFinishLink({
  services,
  ctx,
  account,
}: Pick<Page, 'services' | 'ctx' | 'account'>): Promise<boolean> {
  if (keptToken(services, ctx, RECOVERY_COOKIE) === '') return false
  const opened = await openedLink(services, ctx, 'finish-recovery')
  return !('refused' in opened) && opened.account.id === account?.id
}
