// Loaded before a program, and plain ESM, so that not even one file of TypeScript has to be compiled: see
// src/lib/compile-cache.ts.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/latchkey'))
