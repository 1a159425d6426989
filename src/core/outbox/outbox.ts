// Mails and text messages that wait in the store, so that they outlive this process, and a mail server or a provider that is
// down delays them and nothing else. Each is claimed before it is sent and marked after it: a crash in between leaves it to be sent again, never to be
// lost.
import { z } from 'zod'
import { timeId } from '../../lib/ids.ts'
import { Conflict, type Declaration, type Page, type PageRequest, type Store } from '../../storage/port.ts'

/** Each has a collection of its own, so that neither waits for the other, and no process takes up what it cannot send. */
export const CHANNELS = ['mail', 'sms'] as const
export type Channel = (typeof CHANNELS)[number]

/** `late`: of no use any more before it could be sent. `dead`: given up, and kept for someone to look at. */
export const MESSAGE_STATES = ['waiting', 'sent', 'late', 'dead'] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

const messageSchema = z.object({
  /** Sorts by the time of making. */
  id: z.string(),
  /** What it is: a mail's views/mail/NAME, or the method whose code a text message brings. */
  name: z.string(),
  /** An address, or a number of which the most is hidden. Absent for nobody: it costs what any other does, and is sent to nowhere. */
  to: z.string().optional(),
  /** Whose it is, where `to` does not tell. */
  accountId: z.string().optional(),
  /** What is sent, and the number it goes to (lib/seal.ts): there are codes and links in it. Gone once it is sent or late. */
  sealed: z.string().optional(),
  state: z.enum(MESSAGE_STATES),
  tries: z.number(),
  /** When it may be taken up next; while someone has it, when another may. Times are epoch milliseconds. */
  nextAt: z.number(),
  /** When it is of no use any more. */
  lateAt: z.number(),
  /** Why the last try failed, without what a message may hold. */
  error: z.string().optional(),
  /** Whether the address refused it for good. */
  bounced: z.literal(true).optional(),
  createdAt: z.number(),
  endedAt: z.number().optional(),
  expiresAt: z.number(),
})

export type Message = z.infer<typeof messageSchema>

export const outboxDeclaration: Declaration<Message> = {
  name: 'outbox',
  schema: messageSchema,
  // By their age, and by when they are due.
  indexes: [{ fields: ['state'] }, { fields: ['state', 'nextAt'] }],
  expires: 'expiresAt',
}

/** Text messages: the same, elsewhere. */
export const textsDeclaration: Declaration<Message> = { ...outboxDeclaration, name: 'texts' }

/** Whoever takes a message up has this long before another may: longer than any try takes. Milliseconds. */
export const TAKEN = 180_000
/** The first wait after a failure; it doubles with each try up to the longest. Milliseconds. */
const FIRST_WAIT = 5000
const LONGEST_WAIT = 60 * 60 * 1000
/** Over about half a day. */
const MOST_TRIES = 20
/** What became of a message can be looked at for so long. Milliseconds. */
const KEPT = 7 * 24 * 60 * 60 * 1000

export interface NewMessage {
  /** Given where the same message may be put in twice: the second time is nothing. */
  id?: string
  name: string
  to: string | undefined
  accountId?: string | undefined
  sealed: string
  /** Seconds that it is of use for. */
  lasts: number
}

export interface OutboxState {
  waiting: number
  dead: number
  /** When the oldest that waits was made. Epoch milliseconds. */
  oldestAt?: number
}

export type Outbox = ReturnType<typeof createOutbox>

export type Outboxes = Record<Channel, Outbox>

export function createOutboxes(store: Store): Outboxes {
  return { mail: createOutbox(store, 'mail'), sms: createOutbox(store, 'sms') }
}

export function createOutbox(store: Store, channel: Channel) {
  const outbox = store.collection(channel === 'mail' ? outboxDeclaration : textsDeclaration)

  function end(id: string, state: 'sent' | 'late'): Promise<Message | undefined> {
    const endedAt = Date.now()
    return outbox.update(id, ({ sealed: _wiped, error: _past, ...rest }) => ({
      ...rest,
      state,
      endedAt,
      expiresAt: endedAt + KEPT,
    }))
  }

  async function retry(id: string): Promise<Message | undefined> {
    const now = Date.now()
    return outbox.update(id, ({ bounced: _bounced, endedAt: _endedAt, ...known }) =>
      known.state === 'dead' && known.sealed !== undefined
        ? { ...known, state: 'waiting', tries: 0, nextAt: now, expiresAt: Math.max(known.lateAt, now) + KEPT }
        : undefined,
    )
  }

  return {
    /** Answers when it is written: from then on it will be sent, whatever becomes of this process. */
    async put({ id = timeId(), name, to, accountId, sealed, lasts }: NewMessage): Promise<void> {
      const now = Date.now()
      const lateAt = now + lasts * 1000
      const message: Message = {
        id,
        name,
        ...(to === undefined ? {} : { to }),
        ...(accountId === undefined ? {} : { accountId }),
        sealed,
        state: 'waiting',
        tries: 0,
        nextAt: now,
        lateAt,
        createdAt: now,
        expiresAt: lateAt + KEPT,
      }
      await outbox.insert(message).catch((error: unknown) => {
        if (!(error instanceof Conflict)) throw error
      })
    },

    /** Takes up those that are due: of parallel callers each gets others. */
    async due(limit: number): Promise<Message[]> {
      const now = Date.now()
      const { items } = await outbox.list({ state: 'waiting', nextAt: { lte: now } }, { limit })
      const taken = await Promise.all(
        items.map(({ id }) =>
          outbox.update(id, known =>
            known.state === 'waiting' && known.nextAt <= now
              ? { ...known, tries: known.tries + 1, nextAt: now + TAKEN }
              : undefined,
          ),
        ),
      )
      return taken.filter(message => message !== undefined)
    },

    sent: (id: string) => end(id, 'sent'),
    late: (id: string) => end(id, 'late'),
    /** As `late`, but kept for someone to look at, with why it was not taken before. */
    expired(id: string): Promise<Message | undefined> {
      const now = Date.now()
      return outbox.update(id, ({ sealed: _wiped, ...rest }) =>
        dead(rest, rest.error === undefined ? 'expired' : `expired: ${rest.error}`, now),
      )
    },
    /** It was for nobody: nothing is left of it. */
    forget: (id: string): Promise<boolean> => outbox.remove(id),

    /** It is tried again later, by a wait that is not that of its neighbours; after the last try it is dead. */
    failed(id: string, error: string): Promise<Message | undefined> {
      const now = Date.now()
      return outbox.update(id, known =>
        known.tries >= MOST_TRIES ? dead(known, error, now) : { ...known, error, nextAt: now + waitAfter(known.tries) },
      )
    },

    /** It will not be taken however often it is tried. @param bounced whether it is the address that is refused */
    refused(id: string, error: string, bounced: boolean): Promise<Message | undefined> {
      const now = Date.now()
      return outbox.update(id, known => ({
        ...dead(known, error, now),
        ...(bounced ? { bounced: true as const } : {}),
      }))
    },

    get: (id: string): Promise<Message | undefined> => outbox.get(id),
    /** The oldest first, unless it is asked otherwise. */
    list: (state: MessageState, page: PageRequest): Promise<Page<Message>> => outbox.list({ state }, page),

    /** Sends a dead one again, from its first try on. @returns undefined when it is not a dead one, or has expired */
    retry,

    /** @returns how many there were */
    async retryAll(): Promise<number> {
      let again = 0
      let cursor: string | undefined
      do {
        const page = await outbox.list({ state: 'dead' }, { limit: 100, ...(cursor ? { cursor } : {}) })
        const retried = await Promise.all(page.items.map(({ id }) => retry(id)))
        again += retried.filter(Boolean).length
        cursor = page.cursor
      } while (cursor)
      return again
    },

    async state(): Promise<OutboxState> {
      const [waiting, deadOnes, oldest] = await Promise.all([
        outbox.count({ state: 'waiting' }),
        outbox.count({ state: 'dead' }),
        outbox.list({ state: 'waiting' }, { limit: 1 }),
      ])
      const oldestAt = oldest.items[0]?.createdAt
      return { waiting, dead: deadOnes, ...(oldestAt ? { oldestAt } : {}) }
    },
  }
}

function dead(message: Message, error: string, now: number): Message {
  return { ...message, state: 'dead', error, endedAt: now, expiresAt: now + KEPT }
}

/** Between a half of it and the whole, at random. Milliseconds. */
function waitAfter(tries: number): number {
  const wait = Math.min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
  return wait * (1 + Math.random()) * 0.5
}
