// Loaded before a process whose clock tests move from outside: from so many milliseconds after the present time, SIGUSR2
// moves it on by an hour.
import { moveClock } from './clock.ts'

moveClock(Number(process.env.TEST_CLOCK_OFFSET ?? 0))
process.on('SIGUSR2', () => moveClock(60 * 60_000))
