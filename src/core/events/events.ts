// emit() writes the audit entry before the answer goes out. Audit log, notices and metrics are readers of events.
import { z } from 'zod'
import { createLocalBus, type Bus } from '../../lib/bus.ts'
import type { Config } from '../../lib/config/schema.ts'
import { timeId, timeIdFrom } from '../../lib/ids.ts'
import { anyObject } from '../../storage/any-object.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { shortenSome } from '../traces.ts'
import { catalog, isHighRate, type EventDetails, type EventType } from './catalog.ts'

const entrySchema = z.object({
  /** Sorts by time. */
  id: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
  type: z.string(),
  outcome: z.enum(['success', 'failure']),
  /** Who did it, where that is not the account itself: an admin's id, or `command line`. */
  actor: z.string().optional(),
  accountId: z.string().optional(),
  clientId: z.string().optional(),
  sessionUid: z.string().optional(),
  deviceId: z.string().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
  /** Since when both have been kept in full; absent once they are shortened. Epoch milliseconds. */
  inFullSince: z.number().optional(),
  traceId: z.string().optional(),
  risk: z.object({ score: z.number(), reasons: z.array(z.string()) }).optional(),
  details: anyObject,
  expiresAt: z.number(),
})

export type AuditEntry = z.infer<typeof entrySchema>

export const auditDeclaration: Declaration<AuditEntry> = {
  name: 'audit',
  schema: entrySchema,
  indexes: [{ fields: ['accountId'] }, { fields: ['inFullSince'] }],
  expires: 'expiresAt',
}

/** Where an event came from: the part of a request that an entry keeps. */
export interface Origin {
  actor?: string
  address?: string
  userAgent?: string
  traceId?: string
}

export interface Event<Type extends EventType> extends Origin {
  type: Type
  outcome?: AuditEntry['outcome']
  accountId?: string
  clientId?: string
  sessionUid?: string
  deviceId?: string
  details: EventDetails<Type>
}

export type Events = ReturnType<typeof createEvents>

/** Counts of this process since its start, by the event's type; `dropped` counts details that the catalog does not know. */
export type EventCounts = ReadonlyMap<EventType | 'dropped', number>

/** Called with each event before it is written. What it throws would lose the entry: it only takes note. */
export type EventReader = (event: AnyEvent) => void
export type AnyEvent = { [Type in EventType]: Event<Type> }[EventType]

/** The topic of the bus on which entries are told of as they are made. */
export const EVENTS = 'events'

/** What the bus tells of an entry: enough to follow what goes on, and nothing that only the audit log may know. */
export const noticeSchema = entrySchema.pick({
  id: true,
  at: true,
  type: true,
  outcome: true,
  accountId: true,
  clientId: true,
})

export type EventNotice = z.infer<typeof noticeSchema>

/** @param bus where followers of events listen */
export function createEvents(
  store: Store,
  config: Pick<Config, 'env' | 'auditTtl' | 'auditTokens'>,
  bus: Pick<Bus, 'publish'> = createLocalBus(),
) {
  const audit = store.collection(auditDeclaration)
  const counts = new Map<EventType | 'dropped', number>()
  const count = (what: EventType | 'dropped') => counts.set(what, (counts.get(what) ?? 0) + 1)
  const readers: EventReader[] = []

  /** A detail that the catalog does not know might be a secret: refused while we develop, left out where it would hurt. */
  function checked<Type extends EventType>(type: Type, details: EventDetails<Type>): Record<string, unknown> {
    const strict = catalog[type]
    if (config.env !== 'production') return strict.parse(details)
    const known = strict.strip().parse(details)
    if (Object.keys(known).length < Object.keys(details).length) count('dropped')
    return known
  }

  return {
    /**
     * Answers when the entry is written. What happens at a high rate is counted alone, unless `auditTokens` is set.
     * @throws ZodError for details that are not the catalog's: a mistake in our code
     */
    async emit<Type extends EventType>(event: Event<Type>): Promise<void> {
      const details = checked(event.type, event.details)
      count(event.type)
      for (const read of readers) read(event as unknown as AnyEvent)
      if (isHighRate(event) && !config.auditTokens) return
      const at = Date.now()
      const entry: AuditEntry = {
        outcome: 'success',
        ...event,
        details,
        id: timeId(),
        at,
        ...(event.address || event.userAgent ? { inFullSince: at } : {}),
        expiresAt: at + config.auditTtl * 1000,
      }
      await audit.insert(entry)
      bus.publish(EVENTS, noticeSchema.parse(entry))
    },

    counts: counts as EventCounts,
    readBy: (reader: EventReader): unknown => readers.push(reader),
    ofAccount: (accountId: string, page: PageRequest): Promise<Page<AuditEntry>> => audit.list({ accountId }, page),
    list: (page: PageRequest): Promise<Page<AuditEntry>> => audit.list({}, page),
    /** Those made at `at` (epoch milliseconds) and later. */
    since: (at: number, page: PageRequest): Promise<Page<AuditEntry>> =>
      audit.list({ id: { gte: timeIdFrom(at) } }, page),
    /** Shortens some of those that were kept in full since `before` (epoch milliseconds). @returns how many were found */
    shorten: (before: number, limit: number): Promise<number> => shortenSome(audit, before, limit),
  }
}
