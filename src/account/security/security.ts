import { languageOf } from '../../lib/web/language.ts'
import type { AccountPage } from '../opened.ts'
import { show } from '../show.ts'
import { FORGET, rememberedDevices } from './devices.ts'
import { waysOf } from './ways.ts'

/** What this account signs in with, and what protects it. `notice` says what was just done. */
export async function showSecurity(page: AccountPage): Promise<void> {
  const { services, ctx, signedIn } = page
  const done = NOTICES.get(String(ctx.query.done))
  const { script, ...ways } = await waysOf(services, signedIn.account, languageOf(ctx).t)
  const locals = {
    ...ways,
    devices: await rememberedDevices(page),
    forgetAction: FORGET,
    ...(done ? { notice: done } : {}),
  }
  show(page, 'account/security', locals, { script })
}

/** By the word in the address, so that a link cannot put other words onto the page. */
const NOTICES = new Map([
  ['added', 'Set up. We have sent you a mail about it.'],
  ['password', 'Your password is changed, and all sessions before have ended. We have sent you a mail about it.'],
  ['linked', 'Linked: you can sign in with it from now on. We have sent you a mail about it.'],
  ['removed', 'Removed. We have sent you a mail about it.'],
  ['renamed', 'Renamed.'],
  ['forgotten', 'Done. It is asked there again from now on.'],
])
