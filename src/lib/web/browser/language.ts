// The language of a page, by what is known while it is made.
import type { Context } from 'koa'
import { acceptedLanguages, chooseTag, uiLocales } from '../../languages/choose.ts'
import { languageBy, type Language } from '../../languages/language.ts'
import type { PageLocals } from '../../views.ts'
import type { Form } from '../form.ts'

const A_YEAR = 365 * 24 * 60 * 60 * 1000

/** Of what was chosen at the foot of a page. */
function cookieOf(ctx: Pick<Context, 'secure'>): string {
  return ctx.secure ? '__Host-latchkey_language' : 'latchkey_language'
}

type Asked = Pick<Context, 'state' | 'cookies' | 'get' | 'secure' | 'method' | 'url' | 'path'>

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
export function languageOf(ctx: Asked): Language {
  const { uiLocales: asked, profile } = (ctx.state.person ?? {}) as Known
  const wishes = [
    (ctx.state.language as string | undefined) ?? ctx.cookies.get(cookieOf(ctx)) ?? '',
    ...uiLocales(asked),
    profile?.locale ?? '',
    ...acceptedLanguages(ctx.get('accept-language')),
  ]
  return languageBy(chooseTag(wishes) ?? 'en')
}

/** What every page is given of it (PageLocals). */
export function languageOnPage(ctx: Asked): Pick<PageLocals, 'lang' | 'zone' | 'here'> {
  const { profile } = (ctx.state.person ?? {}) as Known
  return {
    lang: languageOf(ctx).tag,
    ...(profile?.zoneinfo ? { zone: profile.zoneinfo } : {}),
    here: ctx.method === 'GET' ? ctx.url : ctx.path,
  }
}

/**
 * Takes the choice of the switch at the foot of a page, if that is what a form was sent for.
 * @returns whether it was: then the form itself is only to be shown again
 */
export function takeLanguage(ctx: Asked, form: Form): boolean {
  const chosen = chooseTag([form.text('language')])
  if (!chosen) return false
  ctx.state.language = chosen
  ctx.cookies.set(cookieOf(ctx), chosen, { httpOnly: true, sameSite: 'lax', path: '/', maxAge: A_YEAR, signed: false })
  return true
}
