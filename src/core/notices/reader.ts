// Notes what owners have to be told of: a reader of events that no answer waits for. The notice is written with the event's
// entry, and told right after; where nobody does that, by the job.
import type { Log } from '../../lib/log.ts'
import type { Devices } from '../sessions/devices.ts'
import type { Events } from '../events/events.ts'
import { noticeOf } from './list.ts'
import type { Notice, Notices } from './notices.ts'

export interface ReaderParts {
  events: Pick<Events, 'readBy'>
  notices: Pick<Notices, 'begin'>
  devices: Pick<Devices, 'ofAccount'>
  log: Log
  /** Tells a notice that was written. Without it, another process does. */
  tell?: (notice: Notice) => Promise<void>
}

/** @returns what waits for the notices that are under way */
export function readNotices({ events, notices, devices, log, tell }: ReaderParts): () => Promise<void> {
  const underWay = new Set<Promise<void>>()

  events.readBy(event => {
    const at = Date.now()
    const wanted = noticeOf(event, at)
    if (!wanted) return
    async function note(): Promise<void> {
      if (wanted!.kind === 'new-device' && (await isOnlyDevice(event.accountId!))) return
      const notice = await notices.begin(wanted!, event, { at, taken: tell !== undefined })
      if (notice) await tell?.(notice)
    }
    const noting = note()
      .catch((error: unknown) => log.error({ err: error, notice: wanted.kind }, 'a notice could not be told'))
      .finally(() => underWay.delete(noting))
    underWay.add(noting)
  })

  /** Who has signed in nowhere before has no other device that this one could be told from. */
  async function isOnlyDevice(accountId: string): Promise<boolean> {
    return (await devices.ofAccount(accountId, { limit: 2 })).items.length < 2
  }

  return async () => void (await Promise.all(underWay))
}
