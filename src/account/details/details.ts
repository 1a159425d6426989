import type { AccountPage } from '../opened.ts'
import { show } from '../show.ts'
import { ADDRESS, CLOSE, USERNAME } from './paths.ts'

/** What the account is known by, and the ways to change it. */
export async function showDetails(page: AccountPage): Promise<void> {
  const { services, ctx, signedIn } = page
  const { email, emailVerified, username, phone, phoneVerified } = signedIn.account
  const done = DONE.find(one => one === ctx.query.done)
  show(page, 'account/details', {
    email,
    emailVerified,
    addressUrl: ADDRESS,
    ...(services.config.usernames === 'off' ? {} : { usernameUrl: USERNAME, username: username ?? '' }),
    ...(phone ? { phone, phoneVerified: phoneVerified === true } : {}),
    closeUrl: CLOSE,
    ...(done ? { done } : {}),
  })
}

/** By the word in the address, so that a link cannot put other words onto the page. */
const DONE = ['address', 'confirmed', 'username'] as const
