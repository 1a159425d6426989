import { languageOf } from '../../lib/web/browser/language.ts'
import type { AccountPage } from '../opened.ts'
import { show } from '../show.ts'
import { FORGET, rememberedDevices } from './devices.ts'
import { waysOf } from './ways.ts'

/** What this account signs in with, and what protects it. `notice` says what was just done. */
export async function showSecurity(page: AccountPage): Promise<void> {
  const { services, ctx, signedIn } = page
  const { t } = languageOf(ctx)
  const done = NOTICES.get(String(ctx.query.done))
  const { script, ...ways } = await waysOf(services, signedIn.account, t)
  const locals = {
    ...ways,
    devices: await rememberedDevices(page),
    forgetAction: FORGET,
    ...(done ? { notice: t(done) } : {}),
  }
  show(page, 'account/security', locals, { script })
}

/** By the word in the address, so that a link cannot put other words onto the page. */
const NOTICES = new Map([
  ['added', 'account:done.added'],
  ['password', 'account:done.password'],
  ['linked', 'account:done.linked'],
  ['removed', 'account:done.removed'],
  ['renamed', 'account:done.renamed'],
  ['forgotten', 'account:done.forgotten'],
])
