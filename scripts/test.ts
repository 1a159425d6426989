// `npm test [-- mocha's options, files or folders]`: installs the programs that the tests need, runs the tests,
// and ends with one line that counts them. A whole run is two at once: what needs a browser, and what does not.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMongo } from '../test/support/mongo.ts'
import { aptInstall, canAptInstall } from './tools/apt.ts'
import { findChromium, installChromium } from './tools/chromium.ts'
import { findPrometheus, installPrometheus } from './tools/prometheus.ts'
import { onPath } from './tools/run.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}
type Run = Counts & { status: number }

const MOCHA = join('node_modules', 'mocha', 'bin', 'mocha.js')
const OPTIONS = ['--reporter', './scripts/tools/count-reporter.ts', ...(process.env.CI ? ['--forbid-only'] : [])]
const IN_BROWSER = 'test/browser/**'

ensure('Chromium', findChromium, installChromium)
ensure('redis-server', findRedis, () => canAptInstall() && aptInstall('redis-server'))
ensure('Prometheus', findPrometheus, installPrometheus)
const args = process.argv.slice(2)
const runs = args.some(isSpec) ? [await runMocha(args.map(toSpec))] : await runBoth(args)
const { passed, failed, skipped } = sumOf(runs)
if (passed + failed === 0) console.log('No test ran.')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed > 0 || passed === 0 ? 1 : Math.max(...runs.map(({ status }) => status)))

/** Goes on when a program cannot be had: the tests that need it say so, the others still tell something. */
function ensure(name: string, find: () => unknown, install: () => boolean): void {
  if (find()) return
  console.log(`Installing ${name}, which the tests need …`)
  if (!install()) console.log(`${name} could not be installed here; install it yourself, and run the tests again.`)
}

function findRedis(): string | undefined {
  return process.env.TEST_REDIS_URL ?? onPath('redis-server', 'valkey-server')
}

async function runBoth(options: string[]): Promise<Run[]> {
  await shareMongo()
  const rest = runMocha([...options, '--ignore', IN_BROWSER, 'test/**/*.test.ts'])
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const file = join(folder, 'browser.log')
  const output = openSync(file, 'w')
  const inBrowser = runMocha([...options, `${IN_BROWSER}/*.test.ts`], output)
  const both = [await rest, await inBrowser]
  closeSync(output)
  process.stdout.write(readFileSync(file))
  rmSync(folder, { recursive: true })
  return both
}

/** One server for both; without one, their tests say so. */
async function shareMongo(): Promise<void> {
  const { url } = await startMongo().catch(() => ({ url: undefined }))
  if (url) process.env.TEST_MONGODB_URI = url
}

/** @param output what the tests say goes there, in place of the terminal */
async function runMocha(own: string[], output?: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const file = join(folder, 'counts.json')
  const child = spawn(process.execPath, [MOCHA, ...OPTIONS, ...own], {
    stdio: ['inherit', output ?? 'inherit', output ?? 'inherit'],
    env: { ...process.env, TEST_COUNTS_FILE: file },
  })
  const [status] = (await once(child, 'exit')) as [number | null]
  // No counts: mocha broke before the first test, on a file that does not load or by a crash.
  const counts: Counts = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 1, skipped: 0 }
  rmSync(folder, { recursive: true })
  return { ...counts, status: status ?? 1 }
}

function sumOf(all: Run[]): Counts {
  const sum = (count: keyof Counts) => all.reduce((total, run) => total + run[count], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

function isSpec(arg: string): boolean {
  return arg.includes('*') || (!arg.startsWith('-') && existsSync(arg))
}

/** A folder stands for all tests below it. */
function toSpec(arg: string): string {
  return isSpec(arg) && !arg.includes('*') && statSync(arg).isDirectory() ? `${arg}/**/*.test.ts` : arg
}
