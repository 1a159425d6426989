/** What SIGTERM gives load balancers to see. Milliseconds. */
const NOTICE = 3000

/** Stops on SIGTERM with notice, on SIGINT without; a further SIGINT does not wait, a further SIGTERM changes nothing. */
export function stopOnSignals(stop: (notice: number) => Promise<void>): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping && signal === 'SIGINT') process.exit(130)
      if (!stopping) void stop(signal === 'SIGTERM' ? NOTICE : 0).then(() => process.exit(0))
      stopping = true
    })
  }
}
