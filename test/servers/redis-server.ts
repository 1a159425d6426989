// Real redis-servers for tests: on loopback, on ports that the system chooses, in folders of their own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onPath } from '../../scripts/tools/run.ts'
import { freePort } from '../support/ports.ts'

export interface RedisServer {
  port: number
  /** Ends the process; what it held is gone, unless it writes an append-only file. */
  stop(): Promise<void>
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>
  /** Stops it for good. */
  remove(): Promise<void>
}

// It ends when our end of its input closes, and so with this process, whatever becomes of that. By SIGKILL: asked nicely,
// a server that is just writing its first append-only file refuses.
const UNTIL_INPUT_ENDS = '"$0" "$@" & read -r _; kill -KILL $!; wait $! 2>&-'

/**
 * @param settings lines of redis.conf; `port` is set already
 * @throws Error when there is no redis-server
 */
export async function startRedisServer(settings: string[] = [], args: string[] = []): Promise<RedisServer> {
  const program = onPath('redis-server', 'valkey-server')
  if (!program) throw new Error('no redis-server on the path')
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-redis-'))
  const port = await freePort()
  const file = join(folder, 'redis.conf')
  const common = ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, 'save ""', 'repl-diskless-sync-delay 0']
  writeFileSync(file, [...common, ...settings, ''].join('\n'))
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn('sh', ['-c', UNTIL_INPUT_ENDS, program!, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.unref()
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as { unref(): void }).unref()
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended at its start')))
    ended.catch(() => undefined)
    const ready = new Promise<void>(resolve => {
      // Read to the end, or a full pipe would stop it.
      createInterface({ input: child!.stdout! }).on('line', line => {
        if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve()
      })
    })
    await Promise.race([ready, ended])
  }
  async function stop(): Promise<void> {
    if (!child) return
    const exited = once(child, 'exit')
    child.ref()
    child.stdin!.end()
    child = undefined
    await exited
  }
  await start()
  return {
    port,
    start,
    stop,
    async remove() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
