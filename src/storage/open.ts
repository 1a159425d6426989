import { durableAmong, isVolatile, joinStores } from './layers/joined.ts'
import { CannotOpen, type Declaration, type Document, type Store } from './port.ts'

/**
 * Opens the store that the URL names, and brings its schema up to the declarations: `sqlite:PATH`, `sqlite::memory:`,
 * `mongodb://…` or `mongodb+srv://…`. With the address of a Redis (see lib/redis-address.ts), what is volatile lives there.
 * @throws CannotOpen
 */
export async function openStore(
  url: string,
  declarations: readonly Declaration<Document>[],
  redis?: string,
): Promise<Store> {
  if (redis === undefined) return openEngine(url, declarations)
  const volatile = await openEngine(redis, declarations.filter(isVolatile))
  try {
    return joinStores(await openEngine(url, durableAmong(declarations, redis)), volatile)
  } catch (error) {
    await volatile.close()
    throw error
  }
}

async function openEngine(url: string, declarations: readonly Declaration<Document>[]): Promise<Store> {
  const scheme = /^[a-z+]+(?=:)/.exec(url)?.[0]
  // Imported only when asked for: mongoose alone would double the time to start.
  switch (scheme) {
    case 'sqlite':
      return (await import('./sqlite/open.ts')).openSqlite(url.slice('sqlite:'.length), declarations)
    case 'mongodb':
    case 'mongodb+srv':
      return (await import('./mongo/open.ts')).openMongo(url, declarations)
    case 'redis':
    case 'rediss':
    case 'redis+sentinel':
    case 'rediss+sentinel':
    case 'redis+cluster':
    case 'rediss+cluster':
      return (await import('./redis/open.ts')).openRedis(url, declarations)
    default:
      throw new CannotOpen(`the store must be sqlite:PATH or mongodb://…, not ${scheme ? `${scheme}:…` : 'that'}`)
  }
}
