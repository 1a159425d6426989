// Several redis-servers that stand in for each other: a master with its replica and sentinels, and a cluster.
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startRedisServer, type RedisServer } from './redis-server.ts'

export interface RedisGroup {
  url: string
  /** Ends the server that takes the writes of this key, once its replica has them all; that is to take its place. */
  stopMasterOf(key: string): Promise<void>
  remove(): Promise<void>
}

/** A master, a replica of it, and three sentinels that need to agree by two. */
export async function startSentinels(): Promise<RedisGroup> {
  const master = await startRedisServer()
  const replica = await startRedisServer([`replicaof 127.0.0.1 ${master.port}`])
  const settings = [
    `sentinel monitor main 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 5000',
  ]
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedisServer(settings, ['--sentinel'])))
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join()
  // Before they all know of the replica and of each other, nothing takes the master's place.
  for (const { port } of sentinels) {
    await until(port, async sentinel => {
      const [about] = (await sentinel.call('SENTINEL', 'MASTERS')) as string[][]
      const value = (name: string) => Number(about![about!.indexOf(name) + 1])
      return value('num-slaves') === 1 && value('num-other-sentinels') === 2
    })
  }
  await until(replica.port, async redis => (await redis.info('replication')).includes('master_link_status:up'))
  const all = [...sentinels, replica, master]
  return {
    url: `redis+sentinel://${hosts}/main`,
    async stopMasterOf(key) {
      await untilFollowed(master.port, key)
      await master.stop()
    },
    remove: () => removeAll(all),
  }
}

/** Three masters, and a replica for each. */
export async function startCluster(): Promise<RedisGroup> {
  const settings = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 1500']
  const nodes = await Promise.all([1, 2, 3, 4, 5, 6].map(() => startRedisServer(settings)))
  const [first] = nodes
  for (const [i, slots] of [
    [0, [0, 5460]],
    [1, [5461, 10_922]],
    [2, [10_923, 16_383]],
  ] as const) {
    await once(nodes[i]!.port, redis => redis.call('CLUSTER', 'ADDSLOTSRANGE', ...slots.map(String)))
  }
  for (const { port } of nodes.slice(1)) await once(first!.port, redis => redis.cluster('MEET', '127.0.0.1', port))
  for (const { port } of nodes) {
    await until(port, async redis => (await redis.cluster('INFO')).includes('cluster_known_nodes:6'))
  }
  for (const [i, { port }] of nodes.slice(3).entries()) {
    const master = await once(nodes[i]!.port, redis => redis.cluster('MYID'))
    await once(port, redis => redis.cluster('REPLICATE', master))
    await until(port, async redis => (await redis.info('replication')).includes('master_link_status:up'))
  }
  for (const { port } of nodes) {
    await until(port, async redis => {
      const isOk = (await redis.cluster('INFO')).includes('cluster_state:ok')
      return isOk && ((await redis.cluster('NODES')) as string).split('slave').length === 4
    })
  }
  return {
    url: `redis+cluster://127.0.0.1:${nodes[4]!.port},127.0.0.1:${nodes[1]!.port}`,
    async stopMasterOf(key) {
      const slot = await once(first!.port, redis => redis.cluster('KEYSLOT', key))
      const master = nodes[Math.min(2, Math.floor(slot / 5461))]!
      await untilFollowed(master.port, key)
      await master.stop()
    },
    remove: () => removeAll(nodes),
  }
}

/** Replicas follow a moment later, and what they have not got is lost with the master. WAIT is about a connection's own writes. */
async function untilFollowed(port: number, key: string): Promise<void> {
  await once(port, async redis => {
    await redis.set(`${key}:followed`, '')
    await redis.wait(1, 0)
  })
}

async function removeAll(servers: RedisServer[]): Promise<void> {
  await Promise.all(servers.map(server => server.remove()))
}

async function once<R>(port: number, ask: (redis: Redis) => Promise<R>): Promise<R> {
  const redis = new Redis(port, '127.0.0.1')
  try {
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

/** Asks again until it is so; the test's own time limit ends it. */
async function until(port: number, isSo: (redis: Redis) => Promise<boolean>): Promise<void> {
  while (!(await once(port, isSo))) await pause(50)
}
