// emit() writes the audit entry before the answer goes out. Audit log, notices and metrics are readers of events.
import { z } from 'zod'
import { timeId } from '../../lib/ids.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { catalog, type EventDetails, type EventType } from './catalog.ts'

const entrySchema = z.object({
  /** Sorts by time. */
  id: z.string(),
  /** Epoch milliseconds. */
  at: z.number(),
  type: z.string(),
  outcome: z.enum(['success', 'failure']),
  accountId: z.string().optional(),
  clientId: z.string().optional(),
  sessionUid: z.string().optional(),
  deviceId: z.string().optional(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
  traceId: z.string().optional(),
  details: z.record(z.string(), z.unknown()),
})

export type AuditEntry = z.infer<typeof entrySchema>

export const auditDeclaration: Declaration<AuditEntry> = {
  name: 'audit',
  schema: entrySchema,
  indexes: [{ fields: ['accountId'] }],
}

/** Where an event came from: the part of a request that an entry keeps. */
export interface Origin {
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

export function createEvents(store: Store) {
  const audit = store.collection(auditDeclaration)
  return {
    /** @throws ZodError for details that the catalog does not know: a mistake in our code */
    async emit<Type extends EventType>(event: Event<Type>): Promise<void> {
      const details = catalog[event.type].parse(event.details)
      await audit.insert({ outcome: 'success', ...event, details, id: timeId(), at: Date.now() })
    },
    ofAccount: (accountId: string, page: PageRequest): Promise<Page<AuditEntry>> => audit.list({ accountId }, page),
    list: (page: PageRequest): Promise<Page<AuditEntry>> => audit.list({}, page),
  }
}
