import { languageBy } from '../../languages/language.ts'
import { browserOf } from './browser.ts'

/** A browser in words that a person knows it by: "Firefox on Linux". */
export function describeBrowser(userAgent: string, { t } = languageBy('en')): string {
  const { browser, system } = browserOf(userAgent)
  return t('common:browser', {
    browser: browser ?? t('common:browser.unknown'),
    system: system ?? t('common:browser.unknownSystem'),
  })
}
