// A clock that tests move. The program reads the time by Date.now alone, and so do the libraries that it uses.
const real = Date.now
let ahead = 0

/** Moves the present on by so many milliseconds. */
export function moveClock(milliseconds: number): void {
  ahead += milliseconds
  Date.now = () => real() + ahead
}

/** Back to the machine's own time; call it after each test that moved the clock. */
export function resetClock(): void {
  ahead = 0
  Date.now = real
}
