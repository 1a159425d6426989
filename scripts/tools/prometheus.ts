import { aptInstall, canAptInstall } from './apt.ts'
import { onPath } from './run.ts'

/** Prometheus and its promtool, as the test of the dashboard uses them. */
export function findPrometheus(): { prometheus: string; promtool: string } | undefined {
  const [prometheus, promtool] = [onPath('prometheus'), onPath('promtool')]
  return prometheus && promtool ? { prometheus, promtool } : undefined
}

/** From the distribution's packages; its service is not started. */
export function installPrometheus(): boolean {
  return canAptInstall() && aptInstall('prometheus')
}
