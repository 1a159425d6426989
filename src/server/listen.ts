import cluster from 'node:cluster'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Config } from '../lib/config/schema.ts'

type Address = Pick<Config, 'port' | 'host'>

/**
 * Here each worker has a socket of its own on the port, and the kernel deals out the connections. Elsewhere the primary
 * does, from hand to hand: that costs it some work for each, and one under way to a worker that dies is answered never.
 */
const KERNEL_SHARES = process.platform === 'linux'

/** @returns the port @throws EADDRINUSE, EACCES */
export async function listen(server: Server, { port, host }: Address): Promise<number> {
  server.listen({ port, host, reusePort: KERNEL_SHARES && cluster.isWorker })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/**
 * Makes sure that the port is nobody's yet, since whoever shares it with others is not told that others are there.
 * @returns the port, which the system chooses where it is 0 @throws EADDRINUSE, EACCES
 */
export async function claimPort({ port, host }: Address): Promise<number> {
  if (!KERNEL_SHARES) return port
  const probe = createServer()
  const free = await listen(probe, { port, host })
  probe.close()
  await once(probe, 'close')
  return free
}
