import type { Language } from '../../lib/languages/language.ts'
import type { MethodServices } from '../method.ts'

/**
 * Sends a code. The last line binds it to our address, so that a phone fills it in there and on no page that only looks
 * like ours ("Origin-bound one-time codes delivered via SMS", WICG).
 * @throws Refused `sms.number`, `sms.failed`
 */
export async function sendCode(
  { sms, config }: MethodServices,
  { t }: Language,
  to: string,
  code: string,
): Promise<void> {
  if (!sms) throw new Error('text messages are off, so nothing may offer them')
  const { hostname } = new URL(config.issuer)
  const text = t('methods:smsCode.message', { code, brand: config.name })
  await sms.send({ to, text: `${text}\n\n@${hostname} #${code}` })
}
