import { setTimeout as sleep } from 'node:timers/promises'
import { withinDeadline } from '../deadline.ts'
import { deadlineIn, PATIENCE } from '../patience.ts'
import { Unavailable } from '../port.ts'
import { sayWhy, type Client } from './connect.ts'
import type { Script } from './scripts.ts'

// What a server answers when it cannot serve now: full, starting, failing over, or not letting us in any more.
const AWAY =
  /\b(OOM|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOREPLICAS|MISCONF|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/

type Arg = string | number | Buffer

/** Commands with a deadline, on a connection that comes and goes. */
export class Link {
  readonly client: Client
  /** The moment since which the server is away. */
  #awaySince: number | undefined

  constructor(client: Client) {
    this.client = client
    client.on('close', () => (this.#awaySince ??= performance.now()))
    client.on('ready', () => (this.#awaySince = undefined))
  }

  /** @throws Unavailable */
  async call<R>(command: (client: Client) => Promise<R>, deadline = deadlineIn(PATIENCE)): Promise<R> {
    await this.#ready(deadline)
    try {
      return await withinDeadline(deadline, () => command(this.client))
    } catch (error) {
      throw translate(error)
    }
  }

  /** Runs a script, which is sent only to a server that does not have it yet. @throws Unavailable */
  run(script: Script, root: string, args: Arg[], deadline?: number): Promise<unknown> {
    return this.call(
      client =>
        withScript(client.evalsha(script.sha, 1, root, ...args), () => client.eval(script.lua, 1, root, ...args)),
      deadline,
    )
  }

  async close(): Promise<void> {
    this.client.disconnect()
  }

  /** Waits for a server that went away just now. One that has been away for longer is not waited for by every request. */
  async #ready(deadline: number): Promise<void> {
    while (this.client.status !== 'ready') {
      const until = Math.min(deadline, (this.#awaySince ?? performance.now()) + PATIENCE)
      if (this.client.status === 'end' || performance.now() >= until) throw new Unavailable('Redis cannot be reached')
      await sleep(10)
    }
  }
}

async function withScript(answer: Promise<unknown>, otherwise: () => Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return otherwise()
    throw error
  }
}

/** Never the error itself: it carries the command, and with it documents or a password. */
function translate(error: unknown): Error {
  if (error instanceof Unavailable) return error
  const isOurs = error instanceof Error && error.name === 'ReplyError' && !AWAY.test(error.message)
  return isOurs
    ? new Error(`Redis refused: ${sayWhy(error)}`)
    : new Unavailable(`Redis cannot be used: ${sayWhy(error)}`)
}
