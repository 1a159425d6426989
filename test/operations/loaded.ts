// Starts the server as its LATCHKEY_ variables say, and prints which packages for operators were loaded by it.
import { createRequire } from 'node:module'
import { loadConfig } from '../../src/lib/config/load.ts'
import { createLog } from '../../src/lib/log.ts'
import { start } from '../../src/server/start.ts'

const config = loadConfig()
const { stop } = await start(config, createLog(config))
const files = Object.keys(createRequire(import.meta.url).cache)
const names = files.map(file => /node_modules\/(@opentelemetry\/[^/]+|prom-client)\//.exec(file)?.[1])
process.stdout.write(JSON.stringify([...new Set(names.filter(name => name !== undefined))]))
await stop()
