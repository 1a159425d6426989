// The mails to the owner of an account while a recovery waits. Each holds a link of its own to stop it, and all of them
// work; the last one also holds the link to go on by.
import type { Account } from '../accounts/account.ts'
import { inMailOf } from '../accounts/language.ts'
import type { Links } from '../links/links.ts'
import type { Postbox } from '../outbox/postbox.ts'
import type { Recovery } from './recoveries.ts'

export interface Telling {
  config: { issuer: string; name: string }
  links: Pick<Links, 'make'>
  postbox: Pick<Postbox, 'post'>
}

/** @param clientId of the app that its pages name */
export async function tellOfRecovery(
  { config, links, postbox }: Telling,
  account: Account,
  { dueAt, endsAt, startedAt, address, userAgent }: Recovery,
  clientId: string,
): Promise<void> {
  const now = Date.now()
  const lasts = Math.ceil((endsAt - now) / 1000)
  const made = { account, clientId, lasts, createdBy: 'person' } as const
  const { token: stop } = await links.make({ ...made, purpose: 'stop-recovery', maxUses: 1 })
  const stopUrl = `${config.issuer}/recover/stop/${stop}`
  const shared = { ...inMailOf(account), brandName: config.name, email: account.email, stopUrl }
  if (now < dueAt) {
    const locals = { ...shared, startedAt, dueAt, address, from: userAgent }
    await postbox.post(account.email, 'recovery-waiting', locals, { lasts })
    return
  }
  const { token: finish } = await links.make({ ...made, purpose: 'finish-recovery', maxUses: 1 })
  const locals = { ...shared, endsAt, finishUrl: `${config.issuer}/recover/finish/${finish}` }
  await postbox.post(account.email, 'recovery-ready', locals, { lasts })
}
