import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { addressOf, connect, type Client } from './connect.ts'
import { Link } from './link.ts'

/** What is undefined, the server would not tell: managed ones refuse to. */
export interface RedisState {
  /** Without secrets. */
  address: string
  /** Of the server, or of each master of a cluster. */
  versions: (string | undefined)[]
  evictionPolicies: (string | undefined)[]
  appendOnly: (boolean | undefined)[]
  /** The median of some round trips. Milliseconds. */
  roundTrip: number
  /** Its clock and ours, read at the same moment as far as `precision`. Milliseconds. */
  clock: { theirs: number; ours: number; precision: number } | undefined
}

const ROUND_TRIPS = 7

/** Looks at the Redis without changing anything. @throws CannotOpen, Unavailable */
export async function inspectRedis(url: string): Promise<RedisState> {
  const address = addressOf(url)
  const link = new Link(await connect(address))
  try {
    const infos = await Promise.all(serversOf(link.client).map(infoOf))
    return {
      address: address.shown,
      versions: infos.map(info => info.redis_version),
      evictionPolicies: infos.map(info => info.maxmemory_policy),
      appendOnly: infos.map(info => (info.aof_enabled === undefined ? undefined : info.aof_enabled === '1')),
      roundTrip: await measure(link),
      clock: await clockOf(link).catch(() => undefined),
    }
  } finally {
    await link.close()
  }
}

function serversOf(client: Client): Redis[] {
  return client.isCluster ? (client as Extract<Client, { nodes: unknown }>).nodes('master') : [client as Redis]
}

/** INFO tells what CONFIG GET would, and is refused less often. */
async function infoOf(server: Redis): Promise<Partial<Record<string, string>>> {
  const text = await server.info().catch(() => '')
  return Object.fromEntries(text.split('\r\n').map(line => line.split(':', 2)))
}

async function measure(link: Link): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const begun = performance.now()
    await link.call(client => client.ping())
    times.push(performance.now() - begun)
    await pause(1)
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)]!
}

async function clockOf(link: Link): Promise<RedisState['clock']> {
  const asked = Date.now()
  const [seconds, microseconds] = await link.call(client => client.time())
  const answered = Date.now()
  const theirs = Number(seconds) * 1000 + Number(microseconds) / 1000
  return { theirs, ours: (asked + answered) / 2, precision: (answered - asked) / 2 }
}
