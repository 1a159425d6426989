#!/usr/bin/env node
// The command line: `latchkey NOUN VERB`. It works on the store directly, with the same core functions as the server.
import { useCompileCache } from '../lib/compile-cache.ts'

// `latchkey users list | head -1` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

useCompileCache()
const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2))
