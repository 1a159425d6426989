// The language of a page, by what is known while it is made.
import type { Context } from 'koa'
import { acceptedLanguages, chooseTag, uiLocales } from '../languages/choose.ts'
import { languageBy, type Language } from '../languages/language.ts'

/** Set by the switch at the foot of a page. */
export const LANGUAGE_COOKIE = 'latchkey_language'

interface Known {
  /** The parameter of the authorization request. */
  uiLocales?: unknown
  /** Of an account that this browser has proven itself to be: anybody else's would tell that there is one. */
  profile?: { locale?: string | undefined; zoneinfo?: string | undefined } | undefined
}

/** Notes whom a page is for, before it is made. */
export function notePerson(ctx: Pick<Context, 'state'>, known: Known): void {
  ctx.state.person = { ...(ctx.state.person as Known | undefined), ...known }
}

/** What the person chose here; then `ui_locales`, the account's `locale`, what the browser accepts, and English. */
export function languageOf(ctx: Pick<Context, 'state' | 'cookies' | 'get'>): Language {
  const { uiLocales: asked, profile } = (ctx.state.person ?? {}) as Known
  const wishes = [
    ctx.cookies.get(LANGUAGE_COOKIE) ?? '',
    ...uiLocales(asked),
    profile?.locale ?? '',
    ...acceptedLanguages(ctx.get('accept-language')),
  ]
  return languageBy(chooseTag(wishes) ?? 'en')
}

/** What every page is given of it (PageLocals). */
export function languageOnPage(ctx: Pick<Context, 'state' | 'cookies' | 'get'>): { lang: string; zone?: string } {
  const { profile } = (ctx.state.person ?? {}) as Known
  return { lang: languageOf(ctx).tag, ...(profile?.zoneinfo ? { zone: profile.zoneinfo } : {}) }
}
