import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { parseRedisAddress, type RedisAddress } from '../../lib/redis-address.ts'
import { withinDeadline } from '../deadline.ts'
import { deadlineIn, PATIENCE } from '../patience.ts'
import { CannotOpen } from '../port.ts'

export type Client = Redis | Cluster

/** How soon a server that is back is noticed, at the most. Milliseconds. */
const RECONNECT_WITHIN = 1000

/** @throws CannotOpen */
export function addressOf(url: string): RedisAddress {
  const address = parseRedisAddress(url)
  if (!address) throw new CannotOpen('the store is no address of Redis: redis://HOST:PORT')
  return address
}

/** @throws CannotOpen, with the reason and without the credentials */
export async function connect(address: RedisAddress): Promise<Client> {
  const client = createClient(address)
  // What connect() itself says is only that it did not work. Later errors show in every call.
  let reason: unknown
  client.on('error', error => (reason = error))
  try {
    await withinDeadline(deadlineIn(PATIENCE), () => client.connect())
    return client
  } catch (error) {
    client.disconnect()
    throw new CannotOpen(`the store at ${address.shown} cannot be opened: ${sayWhy(reason ?? error)}`)
  }
}

/** An error's own words in one line, and nothing else of it: it carries the command, credentials and documents included. */
export function sayWhy(error: unknown): string {
  const last = error instanceof Error && 'lastNodeError' in error ? (error.lastNodeError ?? error) : error
  const message = last instanceof Error ? last.message : String(last)
  return message.split('\n')[0]!
}

function createClient(address: RedisAddress): Client {
  const { kind, hosts, name, db, sentinelPassword, tls } = address
  const options = optionsFor(address)
  switch (kind) {
    case 'server':
      return new Redis({ ...options, ...hosts[0]!, db })
    case 'sentinel':
      return new Redis({
        ...options,
        db,
        sentinels: hosts,
        name: name!,
        ...(sentinelPassword ? { sentinelPassword } : {}),
        ...(tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
        sentinelRetryStrategy: soon,
        sentinelCommandTimeout: PATIENCE,
        failoverDetector: true,
      })
    case 'cluster':
      return new Cluster(hosts, {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: soon,
        slotsRefreshTimeout: PATIENCE,
        // Who serves a slot changes with a failover; what moved is told by the next command, or by this look.
        slotsRefreshInterval: 5000,
        redisOptions: options,
        // Certificates are for names, but a cluster tells addresses.
        ...(tls ? { dnsLookup: (host, answer) => answer(null, host) } : {}),
      })
  }
}

function optionsFor({ username, password, tls }: RedisAddress): RedisOptions {
  return {
    lazyConnect: true,
    connectionName: 'latchkey',
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: {} } : {}),
    connectTimeout: PATIENCE,
    // A server that hangs is noticed by the first call that it does not answer.
    socketTimeout: PATIENCE,
    retryStrategy: soon,
    // Calls wait by themselves, for a bounded time; and a write that may have been made is not to be made again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The master of before is a replica now: it has refused the command, which goes to the new one.
    reconnectOnError: error => (error.message.includes('READONLY') ? 2 : false),
  }
}

function soon(tries: number): number {
  return Math.min(50 * 2 ** Math.min(tries, 10), RECONNECT_WITHIN)
}
