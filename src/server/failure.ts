import { ConfigError } from '../lib/config/errors.ts'
import { UnsealError } from '../lib/seal.ts'
import { CannotOpen, Unavailable } from '../storage/port.ts'

/** A worker could not start, or died again and again; the message is what is to be told of it. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed'
}

/** One plain line for what the operator has to mend; anything else is a fault of ours. */
export function explainFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  if (error instanceof UnsealError)
    return `the keys in the store cannot be read: ${error.message}; set LATCHKEY_SECRETS to what it was, the newest first`
  if (error instanceof CannotOpen || error instanceof Unavailable || error instanceof WorkerFailed) return error.message
  const { code, port, setting = 'LATCHKEY_PORT' } = error as { code?: string; port?: number; setting?: string }
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what listens there, or set ${setting}`
  if (code === 'EACCES') return `port ${port} may not be used by this user: set ${setting} above 1023`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
