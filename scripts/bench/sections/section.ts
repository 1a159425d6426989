// What every section of the benchmark answers: tables, charts and findings, from which the terminal, the JSON and
// docs/performance.md are made alike.
import type { Case } from '../cases/case.ts'

export interface Settings {
  cases: readonly Case[]
  connections: number[]
  /** Of a round. */
  seconds: number
  rounds: number
  /** Numbers of accounts, the smallest first. */
  sizes: number[]
  /** Sign-ins of the soak. */
  soak: number
}

/** null: not known here. */
export type Cell = string | number | null

export interface TableData {
  title: string
  headings: string[]
  rows: Cell[][]
}

export interface BarChart {
  kind: 'bars'
  /** Of its file. */
  name: string
  title: string
  unit: string
  series: string[]
  groups: { label: string; values: (number | null)[] }[]
}

export interface LineChart {
  kind: 'lines'
  name: string
  title: string
  unit: string
  /** What the x axis counts. */
  along: string
  series: { name: string; points: [x: number, y: number][] }[]
}

export type Chart = BarChart | LineChart

export interface Finding {
  what: string
  target: string
  measured: string
  /** null: could not be told here, and `measured` says why. */
  met: boolean | null
}

export interface Outcome {
  /** How it was done, and what to bear in mind. */
  notes: string[]
  tables: TableData[]
  charts: Chart[]
  findings: Finding[]
  /** Wrong answers: any fails the run. */
  errors: string[]
}

export interface Section {
  /** For `--sections`. */
  name: string
  title: string
  run(settings: Settings): Promise<Outcome>
}

export function emptyOutcome(): Outcome {
  return { notes: [], tables: [], charts: [], findings: [], errors: [] }
}

/** One that is not there yet, or that this machine cannot run: one line says so. */
export function notMeasured(why: string): Outcome {
  return { ...emptyOutcome(), notes: [why] }
}
