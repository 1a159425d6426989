import type { Config } from '../lib/config/schema.ts'
import type { Log } from '../lib/log.ts'
import type { Management } from './answers.ts'
import { openManagementPort, type ManagementPort } from './port.ts'

/** The management port of the one server of this process; none where none was asked for. */
export async function openOwnPort(
  { health, exposition }: Management,
  { managementPort, managementHost }: Pick<Config, 'managementPort' | 'managementHost'>,
  log: Log,
): Promise<ManagementPort | undefined> {
  if (managementPort === undefined) return undefined
  // From now on, and not from the first scrape, the process watches its event loop and its garbage collector.
  const { contentType, text } = await exposition()
  return openManagementPort(
    {
      metrics: async () => ({ contentType, text: await text() }),
      health: async path => health.get(path)?.(),
    },
    { managementPort, managementHost },
    log,
  )
}
