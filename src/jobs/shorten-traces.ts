import type { Devices } from '../core/sessions/devices.ts'
import type { SignIns } from '../core/sessions/signins.ts'
import type { Job } from './job.ts'

const BATCH = 200

/**
 * Keeps only the network, the browser and the system of what is older.
 * @param keep seconds for which an address and a User-Agent are kept in full
 */
export function shortenTraces(signIns: SignIns, devices: Devices, keep: number): Job {
  return {
    name: 'shorten-traces',
    about: 'shortens old addresses and User-Agents',
    every: 3600,
    async run() {
      const before = Date.now() - keep * 1000
      const [sessions, browsers] = [await all(signIns.shorten, before), await all(devices.shorten, before)]
      return `${sessions} sessions and ${browsers} devices shortened`
    },
  }
}

/** A batch after the other: what is shortened is found no more. */
async function all(shorten: (before: number, limit: number) => Promise<number>, before: number): Promise<number> {
  let total = 0
  for (;;) {
    const done = await shorten(before, BATCH)
    total += done
    if (done < BATCH) return total
  }
}
