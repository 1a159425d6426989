// Load at a fixed rate, whether or not the server keeps up: what waits for its turn counts as waiting, as it would for
// people who come by themselves.
import { noteLoad, perform, type Line, type Load } from './run.ts'

/** Starts `perSecond` operations a second, evenly, on whichever line is free. Times count from when each was due. */
export function runPaced(lines: Line[], perSecond: number, seconds: number): Promise<Load> {
  return noteLoad(
    ({ times, errors }) =>
      new Promise(resolve => {
        const start = performance.now()
        const total = Math.ceil(perSecond * seconds)
        const free = [...lines]
        let begun = 0
        let ended = 0
        const dueAt = (number: number) => start + (number * 1000) / perSecond

        function begin(line: Line, due: number): void {
          perform(line, error => {
            if (error === undefined) times.push(performance.now() - due)
            else errors.push(String(error))
            ended += 1
            free.push(line)
          })
        }
        // Polls: a timer would be late by up to a millisecond.
        function poll(): void {
          while (begun < total && free.length > 0 && dueAt(begun) <= performance.now()) {
            begin(free.pop()!, dueAt(begun))
            begun += 1
          }
          if (ended === total) resolve()
          else setImmediate(poll)
        }
        poll()
      }),
  )
}
