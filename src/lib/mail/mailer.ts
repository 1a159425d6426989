export type Mail = {
  /** One address. */
  to: string
  subject: string
  text: string
  html: string
}

/** Sends mail, one way or another. */
export type Mailer = {
  /** Resolves when the next hop has taken the mail. Throws when it has not. */
  send(mail: Mail): Promise<void>
  /** Throws when mail could not be sent right now. */
  verify(): Promise<void>
  /** Lets go of connections. */
  close(): void
}
