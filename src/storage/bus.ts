import { createLocalBus, type Bus } from '../lib/bus.ts'

/** Among all processes on the Redis; without one, within this process. @throws CannotOpen */
export async function openBus(redis: string | undefined): Promise<Bus> {
  if (redis === undefined) return createLocalBus()
  return (await import('./redis/bus.ts')).openRedisBus(redis)
}
