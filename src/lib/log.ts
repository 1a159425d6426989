import { pino } from 'pino'
import type { Bindings, Logger } from 'pino'
import type { Config } from './config/schema.ts'
import { ECS_VERSION, toEcs } from './ecs.ts'
import { redact, redactLine } from './redact.ts'

/** pino's logger: `log.info({ fields }, 'what happened')`, `log.error({ err }, '…')`, `log.child({ requestId })`. */
export type Log = Logger

/** What a full disk may hold back in memory before lines of the file are dropped, in bytes. */
const MAX_HELD_BACK = 16 * 1024 * 1024

/**
 * The log of this process: one JSON object a line, on the standard output and in `logFile` when there is one, by the names
 * of the Elastic Common Schema. Secrets are redacted by our own names, before. Times are ISO 8601, levels are words.
 */
export function createLog({ logLevel, logFile }: Pick<Config, 'logLevel' | 'logFile'>): Log {
  const output = pino.destination({ dest: 1, sync: true })
  const file = logFile === undefined ? undefined : openFile(logFile)
  const both = {
    write(line: string) {
      output.write(line)
      file?.write(line)
    },
  }
  const log: Log = pino(
    {
      level: logLevel,
      base: null,
      messageKey: 'message',
      timestamp: () =>
        `,"@timestamp":"${new Date(Date.now()).toISOString()}","service.name":"latchkey","ecs.version":"${ECS_VERSION}"`,
      formatters: {
        level: level => ({ 'log.level': level }),
        log: named,
      },
      // `redact` has serialized errors already.
      serializers: { err: error => error },
      hooks: { streamWrite: redactLine },
    },
    both,
  )
  // pino hands the fields of children past the formatters.
  const { child } = log
  log.child = function (this: Log, fields: Bindings) {
    return child.call(this, named(fields))
  } as Log['child']
  return log
}

function named(fields: Record<string, unknown>): Record<string, unknown> {
  return toEcs(redact(fields))
}

/** Writes at once, so that no line is lost in a crash; opened anew on SIGHUP, after the file was moved away. */
function openFile(path: string) {
  const file = pino.destination({
    dest: path,
    mkdir: true,
    append: true,
    sync: true,
    mode: 0o640,
    maxLength: MAX_HELD_BACK,
  })
  process.on('SIGHUP', () => file.reopen())

  // A full disk must not stop sign-ins: said once on the standard error, then tried again with each line.
  let failing = false
  file.on('error', error => {
    if (!failing) process.stderr.write(`the log file ${path} cannot be written: ${error.message}\n`)
    failing = true
  })
  file.on('drain', () => {
    failing = false
  })
  return file
}
