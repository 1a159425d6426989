import { setFlagsFromString } from 'node:v8'

/** How much more than what is in use the heap may hold before it is collected. Percent. */
const GROWTH = 140

/**
 * With memory at hand, V8 lets the heap grow to several times what is in use, which takes 60 MB more and saves no CPU
 * that could be measured. The flag is read at each collection. Called when everything is loaded: code that was compiled
 * under other flags is no use to the compile cache.
 */
export function boundHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`)
}
