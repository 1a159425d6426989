// Loaded before a process whose clock tests move from outside: SIGUSR2 moves it on by an hour.
import { moveClock } from './clock.ts'

process.on('SIGUSR2', () => moveClock(60 * 60_000))
