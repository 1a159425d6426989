import type { AccountPage } from '../opened.ts'
import { show } from '../show.ts'

/** What this account signs in with. */
export async function showSecurity(page: AccountPage): Promise<void> {
  show(page, 'account/security', {})
}
