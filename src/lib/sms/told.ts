import type { SmsSender } from './sender.ts'

/** The same sender; `ended` is told what became of each message. */
export function tellOfSms(sender: SmsSender, ended: (outcome: 'sent' | 'failed') => void): SmsSender {
  return {
    ...sender,
    async send(sms) {
      try {
        await sender.send(sms)
      } catch (error) {
        ended('failed')
        throw error
      }
      ended('sent')
    },
  }
}
