// Which indexes the documents of a collection stand in, for processes of different ages. A writer that does not know every
// index which others know leaves the document's id in `behind`, and a process that knows them all fills it in: at its start,
// and again from time to time. What no living process has known for a while is forgotten; should one come back that does,
// the index is new to it.
import { CannotOpen } from '../port.ts'
import { STORE_FORMAT } from '../schema/versions.ts'
import type { Link } from './link.ts'
import type { Rows } from './rows.ts'

const FILL_BATCH = 200
/** Longer than a process that lives is silent. Milliseconds. */
const FORGET_AFTER = 10 * 60 * 1000

/** Refuses a Redis that needs a newer program. @throws CannotOpen, Unavailable */
export async function openFormat(link: Link, prefix: string): Promise<void> {
  const key = `${prefix}:format`
  const format = await link.call(async client => {
    await client.setnx(key, STORE_FORMAT)
    return Number(await client.get(key))
  })
  if (format > STORE_FORMAT) {
    throw new CannotOpen(`it has format ${format} and needs a newer Latchkey (this one knows ${STORE_FORMAT})`)
  }
}

/** Notes the indexes that are new with this declaration, and fills them in. @throws CannotOpen, Unavailable */
export async function catchUp(link: Link, rows: Rows, name: string): Promise<void> {
  const { root, known } = rows
  const indexes = `${root}:indexes`
  const behind = `${root}:behind`
  const noted = await link.call(client => client.zrange(indexes, '0', '-1'))
  await link.call(client => client.zadd(indexes, ...known.flatMap(index => [Date.now(), index])))
  await link.call(client => client.zremrangebyscore(indexes, '-inf', Date.now() - FORGET_AFTER))
  // From the note on, what others write is marked as behind, and here what they wrote before.
  if (known.some(index => !noted.includes(index))) {
    await link.call(client => client.zunionstore(behind, 2, [behind, `${root}:index:id`]))
  }
  // What a newer program asks for is left to it.
  if ((await link.call(client => client.zcard(indexes))) > known.length) return
  for (;;) {
    const ids = await link.call(client => client.zrange(behind, '0', String(FILL_BATCH - 1)))
    if (ids.length === 0) return
    for (const id of ids) await fill(link, rows, name, behind, id)
  }
}

async function fill(link: Link, rows: Rows, name: string, behind: string, id: string): Promise<void> {
  const row = await rows.read(id)
  // Gone, or expired: nobody looks for it any more.
  if (!row) return void (await link.call(client => client.zrem(behind, id)))
  // Changed meanwhile: it is behind, or not, by its new writer, and looked at again.
  const outcome = await rows.put(JSON.parse(row.body), row.version)
  if (typeof outcome === 'object') throw new CannotOpen(`documents of ${name} share values that are to be unique`)
}
