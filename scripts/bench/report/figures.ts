// Figures as people read them.
import type { Cell } from '../sections/section.ts'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Three digits that count, or all of them from 100 on. A dash for what is not known. */
export function figure(value: Cell): string {
  if (typeof value === 'string') return value
  if (value === null || !Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? whole.format(value) : String(Number(value.toPrecision(3)))
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

export function milliseconds(value: number): string {
  return `${figure(value)} ms`
}

export function megabytes(bytes: number): string {
  return `${figure(bytes / 1e6)} MB`
}

/** Of a finding. */
export function verdict(met: boolean | null): string {
  if (met === null) return 'not told'
  return met ? 'met' : 'MISSED'
}
