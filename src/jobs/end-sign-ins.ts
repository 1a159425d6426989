import type { Events } from '../core/events/events.ts'
import type { SignIn, SignIns } from '../core/sessions/signins.ts'
import type { Sessions } from '../oidc/sessions/sessions.ts'
import type { Job } from './job.ts'

const BATCH = 200

/** Removes the records of sign-ins that are over. One that ran out, instead of being ended, is an event. */
export function endSignIns(signIns: SignIns, sessions: Sessions, events: Events): Job {
  async function over({ id, accountId, deviceId, endedAt }: SignIn): Promise<boolean> {
    const liveUntil = endedAt ? undefined : await sessions.liveUntil(id)
    if (liveUntil && liveUntil > Date.now()) {
      await signIns.extend(id, liveUntil)
      return false
    }
    if (!endedAt) {
      const device = deviceId ? { deviceId } : {}
      await events.emit({ type: 'session.expired', accountId, ...device, sessionUid: id, details: {} })
    }
    return signIns.remove(id)
  }

  return {
    name: 'end-sign-ins',
    about: 'removes the records of sessions that are over',
    every: 300,
    async run() {
      let ended = 0
      for (;;) {
        const { items } = await signIns.over(Date.now(), BATCH)
        const answers = await Promise.all(items.map(over))
        ended += answers.filter(Boolean).length
        if (items.length < BATCH) return `${ended} sign-ins over`
      }
    },
  }
}
