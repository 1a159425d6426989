import { Refused } from '../errors.ts'

export type Mail = {
  /** Tells the same mail, sent once more, from another. */
  id: string
  /** One address, nothing more. */
  to: string
  subject: string
  text: string
  html: string
}

/** The next hop will not take this mail however often it is tried (5yz, RFC 5321, section 4.2.1). */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
  /** Whether it is the address that it refuses, and not what is in the mail. */
  readonly isAddress: boolean

  constructor(message: string, isAddress: boolean, options?: ErrorOptions) {
    super(message, options)
    this.isAddress = isAddress
  }
}

/** Sends mail, one way or another. */
export type Mailer = {
  /**
   * Resolves when the next hop has taken the mail. @throws when it has not: Refused `mail.address` for a bad address,
   * MailRefused for what it will never take
   */
  send(mail: Mail): Promise<void>
  /** Throws when mail could not be sent right now. */
  verify(): Promise<void>
  /** Lets go of connections. */
  close(): void
}

/**
 * The mail with a subject of one line. Throws Refused `mail.address` for what is not exactly one plain address: a
 * comma would add a recipient, a line break a header.
 */
export function checkMail(mail: Mail): Mail {
  if (!/^[^\p{C}\s<>()[\]",;:\\@]+@[^\p{C}\s<>()[\]",;:\\@]+$/u.test(mail.to) || mail.to.length > 254) {
    throw new Refused('mail.address', { status: 422, field: 'email' })
  }
  return { ...mail, subject: mail.subject.replaceAll(/[\p{C}\s]+/gu, ' ').trim() }
}
