import { Refused } from '../errors.ts'

export interface Sms {
  /** E.164. */
  to: string
  /** At most 160 characters of the GSM alphabet, or it is sent, and paid for, as several. */
  text: string
}

/** Sends text messages, one way or another. */
export interface SmsSender {
  /**
   * Resolves when the next hop has taken the message. @throws Refused `sms.number` when no message can get to that number,
   * `sms.failed` (503) when it was not taken for another reason
   */
  send(sms: Sms): Promise<void>
  /** Sends nothing. @throws Error when messages could not be sent right now */
  verify(): Promise<void>
}

export function badNumber(cause?: unknown): Refused {
  return new Refused('sms.number', {
    status: 422,
    field: 'phone',
    cause,
  })
}

export function notTaken(cause: unknown): Refused {
  return new Refused('sms.failed', {
    status: 503,
    retryAfter: 10,
    cause,
  })
}
