import type { Events } from '../core/events/events.ts'
import type { KeyRing } from '../oidc/keys/keys.ts'
import type { Job } from './job.ts'

const DAY = 24 * 60 * 60

/** Makes new signing keys when today's have signed for `maxAge` seconds. */
export function rotateKeys(keys: KeyRing, events: Events, maxAge: number): Job {
  return {
    name: 'rotate-keys',
    about: 'makes new signing keys when the present ones are old',
    every: DAY / 24,
    async run() {
      const oldest = (await keys.list()).filter(key => key.state !== 'published').map(key => Date.parse(key.signsFrom))
      if (Math.max(...oldest) > Date.now() - maxAge * 1000) return 'not due'
      const kids = await keys.rotate(made => events.emit({ type: 'keys.rotated', details: { kids: made } }))
      return `${kids.length} keys made`
    },
  }
}
