// The Mongo-wire server of the tests, one for a whole run. The first that is there: TEST_MONGODB_URI, a mongod on the
// path, one by mongodb-memory-server-core, mongo-java-server.
import { randomBytes } from 'node:crypto'
import mongoose from 'mongoose'
import { startJavaServer } from '../servers/java-server.ts'
import { startRealMongod } from '../servers/real-mongod.ts'

export interface Mongo {
  /** Names a database of its own. */
  url: string
  kind: string
  /** Drops the database; the server goes on until the run ends. */
  stop(): Promise<void>
}

let shared: Promise<{ url: string; kind: string }> | undefined
let told = false

/** The address of the shared server, which the first call starts. @throws Error when no server can be had */
export async function sharedMongo(): Promise<string> {
  return (await (shared ??= startServer())).url
}

/** An empty database on the shared server. @throws Error when no server can be had */
export async function startMongo(): Promise<Mongo> {
  const server = await (shared ??= startServer())
  const url = withDatabase(server.url, `latchkey_test_${randomBytes(6).toString('hex')}`)
  return { url, kind: server.kind, stop: () => dropDatabase(url) }
}

/** The same for a `before` hook: without a server the tests are skipped, and say so. */
export async function startMongoOrSkip(context: Mocha.Context): Promise<Mongo> {
  // The very first run may have to download and build one.
  context.timeout(600_000)
  try {
    return await startMongo()
  } catch (error) {
    if (!told) console.log(`SKIPPED, all tests on MongoDB, for want of a Mongo-wire server: ${String(error)}`)
    told = true
    return context.skip()
  }
}

async function startServer(): Promise<{ url: string; kind: string }> {
  const server = await findServer()
  console.log(`Mongo-wire server of this run: ${server.kind}`)
  return server
}

async function findServer(): Promise<{ url: string; kind: string }> {
  const given = process.env.TEST_MONGODB_URI
  if (given) return { url: given, kind: 'TEST_MONGODB_URI' }
  try {
    return await startRealMongod()
  } catch (noMongod) {
    return startJavaServer().catch(noJava => {
      throw new Error(`${String(noMongod)}; ${String(noJava)}`, { cause: noMongod })
    })
  }
}

function withDatabase(url: string, name: string): string {
  const [, server, database, query = ''] = /^([^/]+\/\/[^/?]+)(?:\/([^?]*))?(\?.*)?$/.exec(url) ?? []
  // Credentials are looked up in the database of the URL unless it says otherwise, and ours is a new one.
  const credentials = url.includes('@') && !query.includes('authSource=')
  const authSource = credentials ? `${query ? '&' : '?'}authSource=${database || 'admin'}` : ''
  return `${server}/${name}${query}${authSource}`
}

async function dropDatabase(url: string): Promise<void> {
  const connection = await mongoose.createConnection(url).asPromise()
  await connection.dropDatabase()
  await connection.close()
}
