import type { Account } from '../../src/core/accounts/account.ts'
import { languageBy } from '../../src/lib/languages/language.ts'
import type { Try } from '../../src/methods/method.ts'

/** What a sign-in page hands to a method: a name, and what was typed. Somebody's, or nobody's. */
export function tryBy(account: Account | undefined, form: Try['form'], more: Partial<Try> = {}): Try {
  return {
    owner: 'an-attempt',
    role: 'first',
    account,
    identifier: account?.email ?? 'nobody@example.com',
    clientName: 'Test app',
    address: '192.0.2.1',
    userAgent: 'Firefox on Linux',
    deviceId: undefined,
    language: languageBy('en'),
    form,
    ...more,
  }
}
