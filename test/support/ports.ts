import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below those that the system gives to whoever asks for any: a connection that begins meanwhile takes none of these. Each
// of mocha's processes has some of its own. (No browser talks to 10080.)
const FIRST = 11_000
const EACH = 2_000
const first = FIRST + Number(process.env.MOCHA_WORKER_ID ?? 9) * EACH
let next = randomInt(EACH)

/** One that nothing listens on, neither on IPv4 nor on IPv6, and that no other test of this run is given. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < EACH; tries++) {
    const port = first + (next++ % EACH)
    if (await isFree(port)) return port
  }
  throw new Error(`no port of ${first} to ${first + EACH - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  for (const host of ['127.0.0.1', 'localhost']) {
    const server = createServer().listen(port, host)
    try {
      await once(server, 'listening')
    } catch {
      return false
    }
    server.close()
    await once(server, 'close')
  }
  return true
}
