import type { Account } from '../../core/accounts/account.ts'
import type { Language } from '../../lib/languages/language.ts'
import type { MethodServices } from '../method.ts'

interface CodeText {
  /** The method. */
  name: string
  account: Account | undefined
  language: Language
  /** Undefined when it is for nobody. */
  to: string | undefined
  code: string
}

/**
 * Has a code sent, beside the answer. The last line binds it to our address, so that a phone fills it in there and on no
 * page that only looks like ours ("Origin-bound one-time codes delivered via SMS", WICG).
 */
export function postCode(
  { postbox, config }: MethodServices,
  { name, account, language: { t }, to, code }: CodeText,
): Promise<void> {
  const { hostname } = new URL(config.issuer)
  const text = t('methods:smsCode.message', { code, brand: config.name })
  const whole = `${text}\n\n@${hostname} #${code}`
  return postbox.text({ name, accountId: account?.id, to, text: whole, lasts: config.codeTtl })
}
