import { Refused } from '../errors.ts'

export type Mail = {
  /** One address, nothing more. */
  to: string
  subject: string
  text: string
  html: string
}

/** Sends mail, one way or another. */
export type Mailer = {
  /** Resolves when the next hop has taken the mail. Throws when it has not; Refused `mail.address` for a bad address. */
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
