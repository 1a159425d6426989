import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import type { Running } from './running.ts'

/** One server in this process, or a primary with its workers. Each loads only what it needs. */
export async function serve(config: Config, log: Log): Promise<Running> {
  if (config.workers > 1) return (await import('./primary.ts')).startPrimary(config, log)
  return (await import('./start.ts')).start(config, log)
}
