// Both channels as one list, for who looks at them: the mails, and then the text messages.
import type { Page, PageRequest } from '../../storage/port.ts'
import type { Channel, Message, MessageState, Outboxes } from './outbox.ts'

export type Listed = Omit<Message, 'sealed'> & { channel: Channel }

/** Where a page goes on among the text messages. */
const AMONG_TEXTS = 'sms:'

/** Without what is in them: sealed it is of no use, and too long to read. @throws BadCursor */
export async function listBoth(
  { mail, sms }: Outboxes,
  state: MessageState,
  { cursor, ...request }: PageRequest,
): Promise<Page<Listed>> {
  const texts = async (limit: number, from: string): Promise<Page<Listed>> => {
    const page = await sms.list(state, { ...request, limit, ...(from === '' ? {} : { cursor: from }) })
    return {
      items: page.items.map(message => listed('sms', message)),
      ...(page.cursor ? { cursor: AMONG_TEXTS + page.cursor } : {}),
    }
  }
  if (cursor?.startsWith(AMONG_TEXTS)) return texts(request.limit, cursor.slice(AMONG_TEXTS.length))
  const page = await mail.list(state, { ...request, ...(cursor ? { cursor } : {}) })
  const items = page.items.map(message => listed('mail', message))
  if (page.cursor) return { items, cursor: page.cursor }
  if (items.length === request.limit) return { items, cursor: AMONG_TEXTS }
  const rest = await texts(request.limit - items.length, '')
  return { ...rest, items: [...items, ...rest.items] }
}

function listed(channel: Channel, { sealed: _sealed, ...facts }: Message): Listed {
  return { channel, ...facts }
}
