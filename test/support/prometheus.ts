// A real Prometheus that scrapes one target by docs/monitoring/prometheus.yml, only faster.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findPrometheus } from '../../scripts/tools/prometheus.ts'
import { freePort } from './ports.ts'

export const MONITORING = join(import.meta.dirname, '../../docs/monitoring')

export interface Series {
  metric: Record<string, string>
  value: number
}

export interface Prometheus {
  /** As it is now, or was when `at` (epoch seconds) was now. @throws Error with what Prometheus says against the query */
  query(expression: string, at?: number): Promise<Series[]>
  /** Waits until it has scraped the target so many times since now. */
  scraped(times: number): Promise<void>
  stop(): Promise<void>
}

/** Where the programs are, for a `before` hook: without them the tests are skipped, and say so. */
export function findPrometheusOrSkip(context: Mocha.Context): NonNullable<ReturnType<typeof findPrometheus>> {
  const found = findPrometheus()
  if (found) return found
  console.log('SKIPPED, all tests of the dashboard and the alerts, for want of prometheus and promtool on the path')
  return context.skip()
}

/** @param target host and port of the management port */
export async function startPrometheus(program: string, target: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  const example = await readFile(join(MONITORING, 'prometheus.yml'), 'utf8')
  await cp(join(MONITORING, 'alerts.yml'), join(folder, 'alerts.yml'))
  await writeFile(config, example.replace('127.0.0.1:9464', target).replaceAll(/_interval: 15s/g, '_interval: 200ms'))
  const port = await freePort()
  const process = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = once(process, 'exit')
  const api = `http://127.0.0.1:${port}`

  async function query(expression: string, at?: number): Promise<Series[]> {
    const body = new URLSearchParams({ query: expression, ...(at ? { time: String(at) } : {}) })
    const answer = await fetch(`${api}/api/v1/query`, { method: 'POST', body })
    const { status, error, data } = (await answer.json()) as {
      status: string
      error?: string
      data?: { result: { metric: Record<string, string>; value: [number, string] }[] }
    }
    if (status !== 'success') throw new Error(`${expression}: ${error}`)
    return data!.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
  }

  const scrapes = async () => (await query('count_over_time(up[1h])'))[0]?.value ?? 0
  async function scraped(times: number): Promise<void> {
    const before = await scrapes()
    while ((await scrapes()) < before + times) await pause(50)
  }

  while (
    !(await fetch(`${api}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (process.exitCode !== null) throw new Error(`${program} ended with ${process.exitCode}`)
    await pause(50)
  }
  return {
    query,
    scraped,
    async stop() {
      process.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
