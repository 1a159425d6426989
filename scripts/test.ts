// `npm test [-- mocha's options, files or folders]`: installs the programs that the tests need, runs the tests,
// and ends with one line that counts them.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { aptInstall, canAptInstall } from './tools/apt.ts'
import { findChromium, installChromium } from './tools/chromium.ts'
import { findPrometheus, installPrometheus } from './tools/prometheus.ts'
import { onPath } from './tools/run.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Files at the same time: a server for each core, and its browser beside it. */
const jobs = Math.min(8, availableParallelism())
/** What takes longest, which begins first: else one of them is what all wait for at the end. */
const LONG = ['test/attacks/timing.test.ts', 'test/browser/', 'test/faults/']

ensure('Chromium', findChromium, installChromium)
ensure('redis-server', findRedis, () => canAptInstall() && aptInstall('redis-server'))
ensure('Prometheus', findPrometheus, installPrometheus)
const { passed, failed, skipped, status } = runMocha(process.argv.slice(2))
if (passed + failed === 0) console.log('No test ran.')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : status

/** Goes on when a program cannot be had: the tests that need it say so, the others still tell something. */
function ensure(name: string, find: () => unknown, install: () => boolean): void {
  if (find()) return
  console.log(`Installing ${name}, which the tests need …`)
  if (!install()) console.log(`${name} could not be installed here; install it yourself, and run the tests again.`)
}

function findRedis(): string | undefined {
  return process.env.TEST_REDIS_URL ?? onPath('redis-server', 'valkey-server')
}

function runMocha(args: string[]): Counts & { status: number } {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const file = join(folder, 'counts.json')
  const files = args.some(isSpec) ? [] : ['--parallel', '--jobs', String(jobs), ...allFiles()]
  const options = ['--reporter', './scripts/tools/count-reporter.ts', ...(process.env.CI ? ['--forbid-only'] : [])]
  const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js')
  const run = spawnSync(process.execPath, [mocha, ...options, ...args.map(toSpec), ...files], {
    stdio: 'inherit',
    env: { ...process.env, TEST_COUNTS_FILE: file },
  })
  // No counts: mocha broke before the first test, on a file that does not load or by a crash.
  const counts: Counts = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 1, skipped: 0 }
  rmSync(folder, { recursive: true })
  return { ...counts, status: run.status ?? 1 }
}

function allFiles(): string[] {
  const place = (file: string) => {
    const long = LONG.findIndex(start => file.startsWith(start))
    return long === -1 ? LONG.length : long
  }
  return globSync('test/**/*.test.ts').toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

function isSpec(arg: string): boolean {
  return arg.includes('*') || (!arg.startsWith('-') && existsSync(arg))
}

/** A folder stands for all tests below it. */
function toSpec(arg: string): string {
  return isSpec(arg) && !arg.includes('*') && statSync(arg).isDirectory() ? `${arg}/**/*.test.ts` : arg
}
