import type { Finding } from '../sections/section.ts'
import { figure, verdict } from './figures.ts'
import type { SectionReport } from './report.ts'
import { table } from './table.ts'

/** One section, for the terminal. */
export function sectionText({ title, notes, tables, findings, errors, seconds }: SectionReport): string {
  return [
    `\n━━ ${title} (${Math.round(seconds)} s)`,
    ...notes,
    ...tables.map(
      one =>
        `\n${one.title}\n${table(
          one.headings,
          one.rows.map(row => row.map(figure)),
        )}`,
    ),
    ...(findings.length > 0 ? [`\n${findingsText(findings)}`] : []),
    ...(errors.length > 0 ? [`\n${errors.length} WRONG ANSWERS, such as:`, ...errors.slice(0, 5)] : []),
  ].join('\n')
}

export function findingsText(findings: Finding[]): string {
  const rows = findings.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)])
  return table(['target', 'wanted', 'measured', ''], rows)
}
