import { chooseTag } from '../../lib/languages/choose.ts'
import { languageBy, type Language } from '../../lib/languages/language.ts'
import type { Account } from './account.ts'

/**
 * The language to write to somebody in: what they told us (the `locale` claim), else that of the pages on which the account
 * was made.
 * @param otherwise of the page at hand, for who has said nothing
 */
export function languageOfAccount(account: Account | undefined, otherwise = languageBy('en')): Language {
  const tag = chooseTag([account?.profile.locale ?? '', account?.language ?? ''])
  return tag ? languageBy(tag) : otherwise
}

/** The locals by which a mail to this account is rendered. */
export function inMailOf(account: Account | undefined, otherwise?: Language): { lang: string; zone?: string } {
  const { zoneinfo } = account?.profile ?? {}
  return { lang: languageOfAccount(account, otherwise).tag, ...(zoneinfo ? { zone: zoneinfo } : {}) }
}
