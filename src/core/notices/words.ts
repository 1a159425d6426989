import type { Language } from '../../lib/languages/language.ts'
import type { NoticeKind } from './kinds.ts'

/** What is filled into the words. */
interface Said {
  brand: string
  /** What was set up or removed. */
  factor: string
  /** Epoch milliseconds. */
  until: number
  /** The time zone of the person. */
  zone?: string
}

export interface NoticeWords {
  /** One line: the subject of the mail. */
  subject: string
  happened: string
}

/** What a notice says, in a language. */
export function noticeWords(
  kind: NoticeKind,
  { brand, factor, until, zone }: Said,
  { t, moment }: Language,
): NoticeWords {
  switch (kind) {
    case 'new-device':
      return { subject: t('notices:newDevice.subject', { brand }), happened: t('notices:newDevice.happened') }
    case 'password-changed':
      return {
        subject: t('notices:passwordChanged.subject', { brand }),
        happened: t('notices:passwordChanged.happened'),
      }
    case 'factor-added':
      return {
        subject: t('notices:factorAdded.subject', { brand }),
        happened: t('notices:factorAdded.happened', { factor }),
      }
    case 'factor-removed':
      return {
        subject: t('notices:factorRemoved.subject', { brand }),
        happened: t('notices:factorRemoved.happened', { factor }),
      }
    case 'account-deactivated':
      return { subject: t('notices:deactivated.subject', { brand }), happened: t('notices:deactivated.happened') }
    case 'deletion-scheduled':
      return {
        subject: t('notices:deletionScheduled.subject', { brand }),
        happened: t('notices:deletionScheduled.happened', { until: moment(until, zone) }),
      }
    case 'suspicious-tries':
      return {
        subject: t('notices:suspiciousTries.subject', { brand }),
        happened: t('notices:suspiciousTries.happened'),
      }
    case 'session-jumped':
      return { subject: t('notices:sessionJumped.subject', { brand }), happened: t('notices:sessionJumped.happened') }
    case 'account-locked':
      return {
        subject: t('notices:accountLocked.subject', { brand }),
        happened: t('notices:accountLocked.happened', { until: moment(until, zone) }),
      }
  }
}
