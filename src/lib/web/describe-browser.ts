import { languageBy } from '../languages/language.ts'

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** A browser in words that a person knows it by: "Firefox on Linux". It comes from the request and proves nothing. */
export function describeBrowser(userAgent: string, { t } = languageBy('en')): string {
  const find = (known: [RegExp, string][]) => known.find(([pattern]) => pattern.test(userAgent))?.[1]
  return t('common:browser', {
    browser: find(BROWSERS) ?? t('common:browser.unknown'),
    system: find(SYSTEMS) ?? t('common:browser.unknownSystem'),
  })
}
