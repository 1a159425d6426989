import { setTimeout as pause } from 'node:timers/promises'
import type { Events } from '../core/events/events.ts'
import type { Recoveries } from '../core/recoveries/recoveries.ts'
import type { Devices } from '../core/sessions/devices.ts'
import type { SignIns } from '../core/sessions/signins.ts'
import type { Job } from './job.ts'

const BATCH = 200
/** Between two batches, so that requests come first. Milliseconds. */
const BREATH = 5

/** What keeps an address or a User-Agent for longer than a few days. */
export interface TraceKeepers {
  signIns: Pick<SignIns, 'shorten'>
  devices: Pick<Devices, 'shorten'>
  recoveries: Pick<Recoveries, 'shorten'>
  events: Pick<Events, 'shorten'>
}

/**
 * Keeps only the network, the browser and the system of what is older.
 * @param keep seconds for which an address and a User-Agent are kept in full
 */
export function shortenTraces({ signIns, devices, recoveries, events }: TraceKeepers, keep: number): Job {
  return {
    name: 'shorten-traces',
    about: 'shortens old addresses and User-Agents',
    every: 3600,
    async run() {
      const before = Date.now() - keep * 1000
      const sessions = await all(signIns.shorten, before)
      const browsers = await all(devices.shorten, before)
      const lost = await all(recoveries.shorten, before)
      const entries = await all(events.shorten, before)
      return `${sessions} sessions, ${browsers} devices, ${lost} recoveries and ${entries} audit entries shortened`
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
    await pause(BREATH)
  }
}
