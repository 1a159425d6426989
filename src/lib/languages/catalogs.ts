// The texts of pages and mails: locales/LANGUAGE/AREA.json. A language is read when the first text of it is asked for.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { createInstance } from 'i18next'

/** BCP 47. No two of them share a language, so that a wish for any kind of Portuguese finds the one that there is. */
export const TAGS = ['en', 'de', 'fr', 'es', 'pt-BR', 'ja', 'ar'] as const

export type Tag = (typeof TAGS)[number]

const FOLDER = join(import.meta.dirname, '../../../locales')

const catalogs = createInstance()
void catalogs.init({
  initAsync: false,
  load: 'currentOnly',
  fallbackLng: 'en',
  // A key is one flat word, with dots in it: what is looked for with grep is found.
  keySeparator: false,
  resources: {},
})
const loaded = new Set<Tag>()

/**
 * The text as it stands in the catalog, with its `{{values}}` and `<marks>` to be filled in. Of several plural forms it is
 * the one for `count`.
 * @param key `AREA:KEY`
 * @throws TypeError when English has no such text
 */
export function textOf(tag: Tag, key: string, count?: number): string {
  const options = { lng: tag, skipInterpolation: true, ...(count === undefined ? {} : { count }) }
  load('en')
  load(tag)
  if (!catalogs.exists(key, options)) throw new TypeError(`there is no text ${key}: add it to locales/en`)
  return catalogs.t(key, options)
}

function load(tag: Tag): void {
  if (loaded.has(tag)) return
  loaded.add(tag)
  for (const file of readdirSync(join(FOLDER, tag))) {
    const texts: unknown = JSON.parse(readFileSync(join(FOLDER, tag, file), 'utf8'))
    catalogs.addResourceBundle(tag, basename(file, '.json'), texts)
  }
}
