// Time in tests moves by hand. Everything reads Date.now, the provider's library too, so that is what is replaced.
const realNow = Date.now
let offset = 0

/** Moves the clock on (or, negative, back) by so many milliseconds, on top of earlier moves; it goes on ticking. */
export function moveClock(milliseconds: number): void {
  offset += milliseconds
  Date.now = () => realNow() + offset
}

export function resetClock(): void {
  offset = 0
  Date.now = realNow
}
