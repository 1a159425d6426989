import type { Tag } from './catalogs.ts'

/** Each in its own words, as who is looking for it reads it. */
export const LANGUAGES: readonly { tag: Tag; name: string }[] = [
  { tag: 'en', name: 'English' },
  { tag: 'de', name: 'Deutsch' },
  { tag: 'fr', name: 'Français' },
  { tag: 'es', name: 'Español' },
  { tag: 'pt-BR', name: 'Português (Brasil)' },
  { tag: 'ja', name: '日本語' },
  { tag: 'ar', name: 'العربية' },
]
