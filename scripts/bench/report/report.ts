// The benchmark's JSON: what the terminal and docs/performance.md are made from. It is written after each section, so that
// what breaks off late loses nothing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Machine } from '../machine.ts'
import type { Outcome } from '../sections/section.ts'

export interface SectionReport extends Outcome {
  name: string
  title: string
  /** ISO 8601. */
  takenAt: string
  /** How long measuring it took. */
  seconds: number
  machine: Machine
}

export interface Report {
  sections: SectionReport[]
}

export function readReport(file: string): Report {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { sections: [] }
}

export function writeReport(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true })
  // NaN, which JSON has not, becomes null: not known.
  writeFileSync(file, `${JSON.stringify(report, undefined, 1)}\n`)
}

/** In the place of the section of that name, or after all others. */
export function withSection({ sections }: Report, section: SectionReport): Report {
  const at = sections.findIndex(({ name }) => name === section.name)
  return { sections: at < 0 ? [...sections, section] : sections.with(at, section) }
}
