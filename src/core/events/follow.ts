// Events as they happen, wherever in the system: told by the bus where one joins the processes, found in the store else.
import { setTimeout as pause } from 'node:timers/promises'
import type { Bus } from '../../lib/bus.ts'
import { EVENTS, noticeSchema, type AuditEntry, type EventNotice, type Events } from './events.ts'

/** Milliseconds. */
const LOOK_EVERY = 1000
/** Entries of several processes come in the order of their clocks only about. Milliseconds. */
const OVERLAP = 5000
const PAGE = 500

type Tell = (event: EventNotice) => void

/** Until the signal. @param missed is called when some events may have gone untold */
export async function followBus(bus: Bus, tell: Tell, missed: () => void, signal: AbortSignal): Promise<void> {
  const end = bus.subscribe(EVENTS, message => {
    if (message === undefined) missed()
    else tell(noticeSchema.parse(message))
  })
  const aborted = new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
  if (!signal.aborted) await aborted
  end()
}

/** Until the signal. @throws Unavailable */
export async function followStore(events: Events, tell: Tell, signal: AbortSignal): Promise<void> {
  let told = new Set((await recent(events)).map(({ id }) => id))
  while (!signal.aborted) {
    await pause(LOOK_EVERY, undefined, { signal }).catch(() => undefined)
    const entries = await recent(events)
    for (const entry of entries) if (!told.has(entry.id)) tell(noticeSchema.parse(entry))
    told = new Set(entries.map(({ id }) => id))
  }
}

async function recent(events: Events): Promise<AuditEntry[]> {
  const all: AuditEntry[] = []
  const from = Date.now() - OVERLAP
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await events.since(from, { limit: PAGE, ...(cursor ? { cursor } : {}) })
    all.push(...page.items)
    cursor = page.cursor
  }
  return all
}
