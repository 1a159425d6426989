import type { AccountPage } from '../opened.ts'
import { show } from '../show.ts'
import { CLOSE } from './paths.ts'

/** What the account is known by, and the ways to change it. */
export async function showDetails(page: AccountPage): Promise<void> {
  show(page, 'account/details', { closeUrl: CLOSE })
}
