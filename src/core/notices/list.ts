// The one list of what the owner of an account is told of by mail, from event to notice: perhaps it was not they.
import type { EventType } from '../events/catalog.ts'
import type { AnyEvent, Event } from '../events/events.ts'
import type { NoticeKind } from './kinds.ts'

/** What the mail says, and what undoing goes by. Nothing secret, as in events. */
export interface NoticeFacts {
  method?: string
  /** The id of the credential. */
  credential?: string
  label?: string
  /** The id of the device. */
  device?: string
  /** Epoch milliseconds. */
  until?: number
}

export interface NewNotice {
  kind: NoticeKind
  facts: NoticeFacts
  /** Of events that have the same, one is told. */
  once?: string
}

type List = { [Type in EventType]?: (event: Event<Type>, at: number) => NewNotice | undefined }

const DAY = 24 * 60 * 60 * 1000

const list: List = {
  'device.new': ({ deviceId }) => (deviceId ? { kind: 'new-device', facts: { device: deviceId } } : undefined),

  'password.changed': () => ({ kind: 'password-changed', facts: {} }),

  'factor.enrolled': ({ details }) => ({ kind: 'factor-added', facts: details }),

  'factor.removed': ({ details: { follows, ...facts } }) => (follows ? undefined : { kind: 'factor-removed', facts }),

  'account.deactivated': () => ({ kind: 'account-deactivated', facts: {} }),

  'account.deletion_scheduled': ({ details }) => ({ kind: 'deletion-scheduled', facts: { until: details.at } }),

  // Whoever goes on guessing must not fill the mailbox: of each, once a day.
  'signin.suspicious': ({ accountId }, at) => ({
    kind: 'suspicious-tries',
    facts: {},
    once: `tries:${accountId}:${Math.floor(at / DAY)}`,
  }),
  'signin.locked': ({ details: { limit, until }, accountId }, at) =>
    limit.endsWith('.account')
      ? { kind: 'account-locked', facts: { until }, once: `locked:${accountId}:${Math.floor(at / DAY)}` }
      : undefined,
  // A copy of a cookie may be tried again and again.
  'session.jumped': ({ accountId }, at) => ({
    kind: 'session-jumped',
    facts: {},
    once: `jumped:${accountId}:${Math.floor(at / DAY)}`,
  }),
}

/** @param at epoch milliseconds @returns undefined for what nobody has to be told of */
export function noticeOf(event: AnyEvent, at: number): NewNotice | undefined {
  const read = list[event.type] as ((event: AnyEvent, at: number) => NewNotice | undefined) | undefined
  return event.accountId ? read?.(event, at) : undefined
}
