export interface Sms {
  /** E.164. */
  to: string
  /** At most 160 characters of the GSM alphabet, or it is sent, and paid for, as several. */
  text: string
}

/** Sends text messages, one way or another. */
export interface SmsSender {
  /** Resolves when the next hop has taken the message. @throws SmsNotTaken */
  send(sms: Sms): Promise<void>
  /** Sends nothing. @throws Error when messages could not be sent right now */
  verify(): Promise<void>
}

/** `sms.number`: no message can get to that number, however often it is tried. `sms.failed`: not taken for another reason. */
export class SmsNotTaken extends Error {
  override readonly name = 'SmsNotTaken'
  readonly code: 'sms.number' | 'sms.failed'

  constructor(code: SmsNotTaken['code'], cause: unknown) {
    super(reasonIn(cause), { cause })
    this.code = code
  }
}

/** fetch itself only says that it failed. */
function reasonIn(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && cause.cause.message !== '' ? cause.cause.message : cause.message
}
