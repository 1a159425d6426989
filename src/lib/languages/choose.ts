import { TAGS, type Tag } from './catalogs.ts'

/** Longer than any browser's own; what is behind it is not looked at. */
const MOST = 500

/** The first of the wishes (BCP 47) that we have: `de-AT` finds German, `pt` and `pt-PT` the Portuguese of Brazil. */
export function chooseTag(wishes: Iterable<string>): Tag | undefined {
  for (const wish of wishes) {
    const language = languageIn(wish)
    const found = TAGS.find(tag => languageIn(tag) === language)
    if (found) return found
  }
  return undefined
}

/** The languages of an Accept-Language header, the dearest first (RFC 9110, section 12.5.4). */
export function acceptedLanguages(header: string): string[] {
  return header
    .slice(0, MOST)
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().split(/\s*;\s*/)
      const weight = parameters.find(one => /^q=/i.test(one))
      return { tag, weight: weight ? Number(weight.slice(2)) : 1 }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ tag }) => tag)
}

/** The languages of a `ui_locales` parameter, the dearest first (OIDC Core 1.0, section 3.1.2.1). */
export function uiLocales(parameter: unknown): string[] {
  return typeof parameter === 'string' ? parameter.slice(0, MOST).split(/\s+/) : []
}

function languageIn(tag: string): string {
  return tag.split(/[-_]/, 1)[0]!.toLowerCase()
}
