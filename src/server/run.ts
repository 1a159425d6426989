import { loadConfig } from '../lib/config/load.ts'
import { createLog } from '../lib/log.ts'
import { explainFailure } from './failure.ts'
import { serve } from './serve.ts'
import { stopOnSignals } from './signals.ts'

/** Serves as the configuration says; what keeps it from that is told on the standard error, and ends the process with 1. */
export async function run(): Promise<void> {
  try {
    const config = loadConfig()
    const log = createLog(config)
    const running = serve(config, log)
    stopOnSignals(async notice => (await running).stop(notice))
    const { port } = await running
    const workers = config.workers > 1 ? { workers: config.workers } : {}
    log.info({ issuer: config.issuer, port, ...workers }, 'Latchkey is listening')
  } catch (error) {
    process.stderr.write(`${explainFailure(error)}\n`)
    process.exitCode = 1
  }
}
