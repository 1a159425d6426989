import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/** Beside the code, as what is in it is run: in a shared /tmp others could put it there. */
export const COMPILE_CACHE = join(import.meta.dirname, '../../node_modules/.cache/latchkey')

/**
 * To be called before what people wait for is loaded: what was compiled once is not compiled again, a third less to wait
 * for. Node's own NODE_COMPILE_CACHE, set to that folder, does so from the very first file on. Then the compiler of
 * TypeScript is never loaded, which saves 20 MB.
 */
export function useCompileCache(): void {
  enableCompileCache(COMPILE_CACHE)
}
