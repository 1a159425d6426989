import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Task } from './child.ts'

type Message = 'ready' | { result?: unknown; error?: string; acknowledged?: string }

export interface Child {
  process: ChildProcess
  /** @throws Error with what the child threw */
  run<R>(task: Task): Promise<R>
}

const children = new Set<ChildProcess>()

/** Starts a further process on the store; resolves once that has opened it. `limits` are shell commands before it. */
export async function startChild(url: string, limits = ':'): Promise<Child> {
  const args = ['-c', `${limits}; exec "$0" "$@"`, process.execPath, join(import.meta.dirname, 'child.ts'), url]
  const child = spawn('sh', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  children.add(child)
  const next = () =>
    new Promise<Message>((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', code => reject(new Error(`the child ended with ${code}`)))
    })
  await next()
  return {
    process: child,
    async run<R>(task: Task) {
      const answer = next()
      child.send({ task })
      const message = await answer
      if (message === 'ready' || message.error !== undefined) throw new Error((message as { error: string }).error)
      return message.result as R
    },
  }
}

export function killChildren(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}
