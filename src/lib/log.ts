import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Config } from './config/schema.ts'
import { redact, redactLine } from './redact.ts'

/** pino's logger: `log.info({ fields }, 'what happened')`, `log.error({ err }, '…')`, `log.child({ requestId })`. */
export type Log = Logger

/** What a full disk may hold back in memory before lines of the file are dropped, in bytes. */
const MAX_HELD_BACK = 16 * 1024 * 1024

/**
 * The log of this process: one JSON object a line, on the standard output and in `logFile` when there is one.
 * Secrets are redacted by their names. Times are ISO 8601, levels are words.
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
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: () => `,"time":"${new Date(Date.now()).toISOString()}"`,
      formatters: { level: level => ({ level }), log: redact },
      // `redact` has serialized errors already.
      serializers: { err: error => error },
      hooks: { streamWrite: redactLine },
    },
    both,
  )
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
