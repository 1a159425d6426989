import type { Language } from './language.ts'

/** Seconds as people say them: `5 minutes`, `24 hours`. */
export function lasting({ t }: Pick<Language, 't'>, seconds: number): string {
  return seconds < 2 * 3600
    ? t('common:minutes', { count: Math.round(seconds / 60) })
    : t('common:hours', { count: Math.round(seconds / 3600) })
}
