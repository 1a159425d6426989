// What the management port answers, by path. It knows no HTTP, so that a worker can answer for its primary's port.
import { expose, type Exposition } from '../lib/metrics/exposition.ts'
import type { Instrument } from '../lib/metrics/instruments.ts'
import { healthAreas, type HealthParts } from './health/areas.ts'
import { askChecks, type Check, type Health } from './health/check.ts'

export interface ManagementParts extends HealthParts {
  instruments: readonly Instrument[]
  /** Throws while the server should get no new requests. */
  ready(): Promise<void>
}

export interface Management {
  /** Each address with its health. */
  health: ReadonlyMap<string, () => Promise<Health>>
  /** Metrics, from the first time that they are asked for. */
  exposition(): Promise<Exposition>
}

export function createManagement(parts: ManagementParts): Management {
  const areas = Object.entries(healthAreas(parts)).map(([area, checks]) => [`/health/${area}`, checks] as const)
  const all: (readonly [string, Record<string, Check>])[] = [
    ['/healthz', {}],
    ['/readyz', { ready: async () => (await parts.ready(), { ok: true }) }],
    ...areas,
  ]
  let made: Promise<Exposition> | undefined
  return {
    health: new Map(all.map(([path, checks]) => [path, () => askChecks(checks)])),
    exposition: () => (made ??= expose(parts.instruments)),
  }
}
