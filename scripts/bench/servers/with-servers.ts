import type { RunningTarget } from './target.ts'

/** Starts servers one after the other, hands them over, and stops them, whatever comes. */
export async function withServers<Result>(
  starts: (() => Promise<RunningTarget>)[],
  use: (targets: RunningTarget[]) => Promise<Result>,
): Promise<Result> {
  const targets: RunningTarget[] = []
  try {
    for (const start of starts) targets.push(await start())
    return await use(targets)
  } finally {
    await Promise.all(targets.map(target => target.stop()))
  }
}
