// Figures as people read them.
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** Three digits that count, or all of them from 1,000 on. A dash for what is not known. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? whole.format(value) : String(Number(value.toPrecision(3)))
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)}%` : '–'
}
