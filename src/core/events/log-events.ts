import type { Log } from '../../lib/log.ts'
import type { EventReader } from './events.ts'

/** Each event as a line of the log, for those who read logs and not the audit: at `debug`, as the audit has them all. */
export function logEvents(log: Log): EventReader {
  return ({ type, outcome = 'success', traceId, accountId, clientId, address }) => {
    if (log.isLevelEnabled('debug')) log.debug({ event: type, outcome, traceId, accountId, clientId, address }, 'event')
  }
}
