// Notices, as they are kept: what the owner of an account was told of, and the one use of the link in that mail, by which
// they say that it was not they.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { Refused } from '../../lib/errors.ts'
import { sha256, timeId } from '../../lib/ids.ts'
import { Conflict, type Declaration, type Store } from '../../storage/port.ts'
import type { AnyEvent } from '../events/events.ts'
import { NOTICE_KINDS } from './kinds.ts'
import type { NewNotice } from './list.ts'

const noticeSchema = z.object({
  id: z.string(),
  kind: z.enum(NOTICE_KINDS),
  accountId: z.string(),
  facts: z.object({
    method: z.string().optional(),
    credential: z.string().optional(),
    label: z.string().optional(),
    device: z.string().optional(),
    until: z.number().optional(),
  }),
  /** When it happened, and from where. Times are epoch milliseconds. */
  at: z.number(),
  address: z.string().optional(),
  userAgent: z.string().optional(),
  /** As in the event: who did it, where that is not the account itself. */
  actor: z.string().optional(),
  /** SHA-256 of the token in the mail's link. */
  tokenHash: z.string(),
  /** From when on another may see to its mail. Absent once the mail is in the outbox. */
  dueAt: z.number().optional(),
  disputedAt: z.number().optional(),
  endsAt: z.number(),
  expiresAt: z.number(),
})

export type Notice = z.infer<typeof noticeSchema>

export const noticeDeclaration: Declaration<Notice> = {
  name: 'notices',
  schema: noticeSchema,
  indexes: [{ fields: ['tokenHash'], unique: true }, { fields: ['dueAt'] }, { fields: ['accountId'] }],
  expires: 'expiresAt',
}

/** How long the link works. Seconds. */
export const NOTICE_LASTS = 7 * 24 * 60 * 60
/** So long its page can say what became of it. Milliseconds. */
const KEPT = 24 * 60 * 60 * 1000
/** Whoever tells it has this long before another does. Milliseconds. */
const TAKEN = 60_000

export type Notices = ReturnType<typeof createNotices>

/** @param keys of which tokens are made, the newest first (deriveKeys): what makes one is in no copy of the store */
export function createNotices(store: Store, keys: readonly Buffer[]) {
  const notices = store.collection(noticeDeclaration)
  const tokenBy = (key: Buffer, id: string) => createHmac('sha256', key).update(id).digest('base64url')

  async function find(token: string): Promise<Notice | undefined> {
    return notices.first({ tokenHash: sha256(token) })
  }

  return {
    /**
     * Answers the notice when it is written; undefined when the same was told before.
     * @param taken whether the caller will tell it
     */
    async begin(
      { kind, facts, once }: NewNotice,
      event: AnyEvent,
      { at, taken }: { at: number; taken: boolean },
    ): Promise<Notice | undefined> {
      const id = once ?? timeId()
      const { address, userAgent, actor } = event
      const endsAt = at + NOTICE_LASTS * 1000
      const notice: Notice = {
        id,
        kind,
        accountId: event.accountId!,
        facts,
        at,
        ...(address ? { address } : {}),
        ...(userAgent ? { userAgent } : {}),
        ...(actor ? { actor } : {}),
        tokenHash: sha256(tokenBy(keys[0]!, id)),
        dueAt: taken ? at + TAKEN : at,
        endsAt,
        expiresAt: endsAt + KEPT,
      }
      try {
        await notices.insert(notice)
        return notice
      } catch (error) {
        if (error instanceof Conflict) return undefined
        throw error
      }
    },

    /** For the mail alone: always the same, so that a mail that is made twice has one link. */
    tokenOf({ id, tokenHash }: Notice): string | undefined {
      return keys.map(key => tokenBy(key, id)).find(token => sha256(token) === tokenHash)
    },

    /** Takes up those whose mail nobody has seen to: of parallel callers each gets others. */
    async due(limit: number): Promise<Notice[]> {
      const now = Date.now()
      const { items } = await notices.list({ dueAt: { lte: now } }, { limit })
      const taken = await Promise.all(
        items.map(({ id }) =>
          notices.update(id, known =>
            known.dueAt !== undefined && known.dueAt <= now ? { ...known, dueAt: now + TAKEN } : undefined,
          ),
        ),
      )
      return taken.filter(notice => notice !== undefined)
    },

    told: (id: string): Promise<Notice | undefined> => notices.update(id, ({ dueAt: _done, ...known }) => known),

    /** The notice of a token, also when its link counts no longer. Looking uses nothing up. */
    find,

    /** Uses the link: of parallel callers one does. @throws Refused `notice.…` */
    async dispute(token: string): Promise<Notice> {
      const known = await find(token)
      const disputed =
        known &&
        (await notices.update(known.id, current =>
          whyNot(current) ? undefined : { ...current, disputedAt: Date.now() },
        ))
      if (disputed) return disputed
      throw whyNot(await find(token)) ?? whyNot(undefined)!
    },

    /** What it should have done was not done: it can be used again. */
    giveBack: (id: string): Promise<Notice | undefined> =>
      notices.update(id, ({ disputedAt: _taken, ...known }) => known),
  }
}

/** Why a link does not count, in words for the person who opened it. Undefined when it does. */
export function whyNot(notice: Notice | undefined): Refused | undefined {
  if (!notice) return new Refused('notice.unknown', { status: 404 })
  if (notice.disputedAt) return new Refused('notice.used', { status: 410 })
  if (notice.endsAt <= Date.now()) return new Refused('notice.expired', { status: 410 })
  return undefined
}
