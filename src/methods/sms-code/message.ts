import type { MethodServices } from '../method.ts'

/**
 * Sends a code. The last line binds it to our address, so that a phone fills it in there and on no page that only looks
 * like ours ("Origin-bound one-time codes delivered via SMS", WICG).
 * @throws Refused `sms.number`, `sms.failed`
 */
export async function sendCode({ sms, config }: MethodServices, to: string, code: string): Promise<void> {
  if (!sms) throw new Error('text messages are off, so nothing may offer them')
  const { hostname } = new URL(config.issuer)
  await sms.send({ to, text: `${code} is your ${config.name} code. Tell it to nobody.\n\n@${hostname} #${code}` })
}
