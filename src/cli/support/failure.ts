import { ConfigError } from '../../lib/config/errors.ts'
import { Refused } from '../../lib/errors.ts'
import { UnsealError } from '../../lib/seal.ts'
import { BadCursor, CannotOpen, Unavailable } from '../../storage/port.ts'

/** The command was understood and cannot be done. The message is one plain line: what was wrong, what was expected. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}

/** What was typed makes no command. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'
}

/** What went wrong in one plain line, a configuration's problems in one each. A fault of ours keeps its stack. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n')
  if (error instanceof Refused) return error.field ? `${error.field}: ${error.hint}` : error.hint
  if (error instanceof BadCursor) return '--cursor: expected a cursor that this list gave out'
  if (error instanceof UnsealError) return `LATCHKEY_SECRETS: the keys in the store cannot be opened: ${error.message}`
  if (error instanceof CommandError || error instanceof CannotOpen || error instanceof Unavailable) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
