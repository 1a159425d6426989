// Installs what package-lock.json asks for and node_modules lacks. Runs before `npm start`, `npm test` and
// `npm run check`, on whatever Node the machine has (20 or newer) and with nothing installed yet: plain ESM, no packages.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where the `node` package puts Node 24; npm scripts find it first on their path. */
export const localNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** Brings node_modules up to package-lock.json; does nothing, in a few milliseconds, when it already is. */
export function setUp() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) {
    fail(
      `Latchkey needs Node 20 or newer to install itself; this is Node ${process.versions.node} (${process.execPath}).`,
    )
  }
  if (isSetUp()) return
  alone(() => {
    const missing = missingPackages()
    if (missing > 0) {
      console.error(`Installing dependencies (${missing} packages), about 20 s …`)
      // NODE_ENV=production must not leave out the `node` package, which is a development dependency.
      npm(['ci', '--include=dev', '--no-progress', '--loglevel=error'])
    }
    if (!existsSync(localNode)) {
      console.error('Fetching Node 24 …')
      // Only here when npm was told to ignore install scripts: the `node` package puts its binary in place by one.
      npm(['rebuild', 'node', '--ignore-scripts=false'])
    }
    if (!existsSync(localNode))
      fail('The `node` package did not install its binary. Try `npm rebuild node`, or use Node 24.')
    prepare()
  })
}

/** What is made from the packages once, rather than at each start. */
export function prepare(node = localNode) {
  compile(node)
  // Where it is missing, it is made when it is first needed, and whoever chooses a password waits for it.
  spawnSync(node, ['./src/core/passwords/build-common-list.ts'], { cwd: root, stdio: 'ignore' })
}

/** So that the very first start is as quick as those after it. A cache that cannot be filled is no fault. */
function compile(node) {
  const programs = [
    './src/main.ts',
    './src/server/run.ts',
    './src/server/start.ts',
    './src/server/worker.ts',
    './src/storage/sqlite/open.ts',
    './src/storage/mongo/open.ts',
    './src/cli/program.ts',
    './examples/express-app/server.ts',
  ]
  // The image has no examples.
  const all = `await Promise.allSettled(${JSON.stringify(programs)}.map(file => import(file)))`
  const cache = ['--import', './scripts/tools/compile-cache.mjs']
  spawnSync(node, [...cache, '--input-type=module', '--eval', all], { cwd: root, stdio: 'ignore' })
}

function isSetUp() {
  return missingPackages() === 0 && existsSync(localNode)
}

/** Two at once (`npm start` in one terminal, `npm test` in another) would undo each other's work: the later one waits. */
function alone(work) {
  const lock = join(tmpdir(), `latchkey-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (!take(lock)) Atomics.wait(pause, 0, 0, 250)
  try {
    if (!isSetUp()) work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  // Left behind by one that was killed.
  if (!isRunning(holderOf(lock))) rmSync(lock, { force: true })
  return false
}

function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    // Taken away just now: ask again.
    return process.pid
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** How many packages of package-lock.json are not installed in that version, by npm's own record of what it installed. */
function missingPackages() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).filter(
    ([path, { version, optional }]) =>
      // What is optional and absent is a binary for another platform.
      path !== '' && installed[path]?.version !== version && !(optional && !installed[path]),
  ).length
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

function npm(args) {
  // Without our own node_modules/.bin: npm would run on the very Node that it is about to replace.
  const path = process.env.PATH.split(delimiter).filter(entry => !entry.startsWith(join(root, 'node_modules')))
  const env = { ...process.env, PATH: path.join(delimiter) }
  const run = spawnSync('npm', args, { cwd: root, env, encoding: 'utf8', shell: process.platform === 'win32' })
  if (run.error?.code === 'ENOENT') fail('npm is not on the path. It comes with Node: https://nodejs.org')
  if (run.status !== 0) fail(explain(`${run.stdout}\n${run.stderr}`, args[0]))
}

function explain(output, command) {
  const code = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.exec(
    output,
  )?.[1]
  if (code) {
    return `The npm registry cannot be reached (${code}). Check the network, or \`npm config get registry\` and proxy.`
  }
  const lines = output.split('\n').filter(line => line.trim() !== '')
  return [`\`npm ${command}\` failed:`, ...lines.slice(-15)].join('\n')
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp()
