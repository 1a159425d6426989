// mongo-java-server, for machines where no real mongod can be had. Maven builds it once, into a folder that survives.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { aptInstall, canAptInstall } from '../../scripts/tools/apt.ts'
import { onPath } from '../../scripts/tools/run.ts'

const source = join(import.meta.dirname, 'mongo-java-server')
const cache = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'latchkey')

/** Starts one on a free port of loopback; it ends with this process. @throws Error saying what is missing */
export async function startJavaServer(): Promise<{ url: string; kind: string }> {
  const classes = build()
  const args = ['-Xmx512m', '-XX:+UseSerialGC', '-cp', [classes, join(classes, '*')].join(delimiter), 'Main']
  const server = spawn('java', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  // It ends by itself when our end of its input closes; until then it must not keep this process running.
  server.unref()
  const ended = once(server, 'exit').then(([code]) => Promise.reject(new Error(`mongo-java-server ended with ${code}`)))
  ended.catch(() => undefined)
  const lines = createInterface({ input: server.stdout })
  const [port] = (await Promise.race([once(lines, 'line'), ended])) as [string]
  for (const stream of [server.stdin, server.stdout]) (stream as unknown as { unref(): void }).unref()
  return { url: `mongodb://127.0.0.1:${port}`, kind: 'mongo-java-server 1.47.0 (memory)' }
}

/** The folder with the classes, built at the first call for these sources. */
function build(): string {
  ensureJava()
  const pom = join(source, 'pom.xml')
  const hash = createHash('sha256')
    .update(readFileSync(pom))
    .update(readFileSync(join(source, 'Main.java')))
  const target = join(cache, `mongo-java-server-${hash.digest('hex').slice(0, 12)}`)
  if (existsSync(target)) return join(target, 'classes')

  console.log('Building mongo-java-server by Maven, once …')
  const unfinished = `${target}-${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const args = ['-q', '-B', '-f', pom, `-Doutput=${unfinished}`, 'compile', 'dependency:copy-dependencies']
  const run = spawnSync('mvn', args, { encoding: 'utf8', timeout: 300_000 })
  if (run.status !== 0) {
    rmSync(unfinished, { recursive: true })
    throw new Error(
      `Maven could not build mongo-java-server: ${(run.stdout || String(run.error)).trim().slice(0, 500)}`,
    )
  }
  // Another test run may have been faster.
  if (existsSync(target)) rmSync(unfinished, { recursive: true })
  else renameSync(unfinished, target)
  return join(target, 'classes')
}

function ensureJava(): void {
  const there = () => onPath('java') && onPath('javac') && onPath('mvn')
  if (there()) return
  if (canAptInstall()) {
    console.log('Installing a JDK and Maven for mongo-java-server, once …')
    aptInstall('default-jdk-headless', 'maven')
  }
  if (!there()) throw new Error('mongo-java-server needs a JDK (17 or newer) and Maven')
}
