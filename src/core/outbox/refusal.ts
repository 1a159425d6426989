import { Refused } from '../../lib/errors.ts'
import { MailRefused } from '../../lib/mail/mailer.ts'
import { UnsealError } from '../../lib/seal.ts'
import { SmsNotTaken } from '../../lib/sms/sender.ts'

/** What no further try can change: whether it is the address or the number, or the message. Undefined for all else. */
export function refusalOf(error: unknown): 'address' | 'message' | undefined {
  if (error instanceof MailRefused) return error.isAddress ? 'address' : 'message'
  if (error instanceof SmsNotTaken) return error.code === 'sms.number' ? 'address' : undefined
  if (error instanceof Refused) return 'address'
  return error instanceof UnsealError ? 'message' : undefined
}

/** What the other side answered may quote the message: its links, its codes, its number. */
export function withoutSecrets(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text
    .replaceAll(/https?:\/\/\S+/gi, '…')
    .replaceAll(/\d{6,}/g, '…')
    .slice(0, 300)
}
