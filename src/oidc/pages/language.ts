import type { KoaContextWithOIDC } from 'oidc-provider'
import { languageOnPage, notePerson } from '../../lib/web/browser/language.ts'
import { recordOf } from '../accounts/account.ts'

/** Of a page that the provider shows. The request's own parameter stands in the query while it is not read yet. */
export function languageAtProvider(ctx: KoaContextWithOIDC): ReturnType<typeof languageOnPage> {
  const { params, account } = ctx.oidc
  notePerson(ctx, {
    uiLocales: params?.ui_locales ?? ctx.query.ui_locales,
    profile: recordOf(account)?.profile,
  })
  return languageOnPage(ctx)
}
