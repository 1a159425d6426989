// The end of a sign-in that an upstream's identity waits for: its owner has proven the account by what it had before.
import { languageOf } from '../../lib/web/browser/language.ts'
import { originOf, type Page } from '../attempt/page.ts'

/** The entry first, so that no change is without one. */
export async function linkIdentity({ services, ctx, client, attempt, account }: Page): Promise<void> {
  const { linking } = attempt
  const method = services.methods.find(({ id }) => id === linking?.method)
  if (!linking || !method || linking.accountId !== account?.id) return
  const now = Date.now()
  const details = { method: method.id, credential: linking.id }
  await services.events.emit({ type: 'factor.enrolled', ...originOf(ctx, client), accountId: account.id, details })
  await services.credentials.upsert(linking.id, known => known ?? { ...linking, createdAt: now, updatedAt: now })
}

/** Above the ways to prove the account that it is to be added to. */
export function linkNotice({ services, ctx, attempt }: Pick<Page, 'services' | 'ctx' | 'attempt'>): string | undefined {
  const method = services.methods.find(({ id }) => id === attempt.linking?.method)
  const { t } = languageOf(ctx)
  return method && t('signin:linkNotice', { method: method.words(t).name })
}
