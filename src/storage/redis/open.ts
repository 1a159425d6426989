import { CannotOpen, type Collection, type Declaration, type Document, type Store } from '../port.ts'
import { RedisCollection } from './collection.ts'
import { addressOf, connect, sayWhy } from './connect.ts'
import { Link } from './link.ts'
import { Rows } from './rows.ts'
import { catchUp, openFormat } from './schema.ts'

const CATCH_UP_EVERY = 60_000

/** Connects, and fills in what a newer declaration has added. @throws CannotOpen */
export async function openRedis(url: string, declarations: readonly Declaration<Document>[]): Promise<Store> {
  const address = addressOf(url)
  const link = new Link(await connect(address))
  const all = declarations.map(each => ({ name: each.name, rows: new Rows(each, link, address.prefix) }))
  const catchUpAll = () => Promise.all(all.map(({ rows, name }) => catchUp(link, rows, name)))
  try {
    await openFormat(link, address.prefix)
    await catchUpAll()
  } catch (error) {
    await link.close()
    throw new CannotOpen(`the store at ${address.shown} cannot be opened: ${sayWhy(error)}`)
  }
  // A failure means that Redis is away just now, which every request notices too; the next round makes up for it.
  const timer = setInterval(() => void catchUpAll().catch(() => undefined), CATCH_UP_EVERY).unref()
  const collections = new Map<string, Collection<never>>(
    declarations.map(each => [
      each.name,
      new RedisCollection(each, link, address.prefix) as unknown as Collection<never>,
    ]),
  )
  return {
    collection<T extends Document>(declaration: Declaration<T>): Collection<T> {
      const collection = collections.get(declaration.name)
      if (!collection) throw new TypeError(`the store was opened without the collection ${declaration.name}`)
      return collection
    },
    async ping() {
      // A replica, or a server that cannot save, answers a ping all the same: so it is a write. And each collection may
      // lie with another master.
      await Promise.all(all.map(({ rows }) => link.call(client => client.set(`${rows.root}:ping`, '1', 'EX', 60))))
    },
    async close() {
      clearInterval(timer)
      await link.close()
    },
  }
}
