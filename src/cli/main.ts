#!/usr/bin/env node
// The command line: `latchkey NOUN VERB`. It works on the store directly, with the same core functions as the server.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// `latchkey users list | head -1` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

// A third less to wait for. It lies beside the code, as what is in it is run: in a shared /tmp others could put it there.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/latchkey'))

const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2))
