// Loaded before what people wait for: what was compiled once is not compiled again, a third less to wait for, and less to
// hold in memory. The cache lies beside the code, as what is in it is run: in a shared /tmp others could put it there.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/latchkey'))
