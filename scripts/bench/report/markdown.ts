// docs/performance.md: what is measured stands between two marks; what is written by hand stays as it is.
import type { Cell, Finding, TableData } from '../sections/section.ts'
import { figure, verdict } from './figures.ts'
import type { Report, SectionReport } from './report.ts'

const BEGIN = '<!-- measured: begin (written by `npm run bench -- --docs`, not by hand) -->'
const END = '<!-- measured: end -->'

/** The document with what was measured put in the place of what was there. @throws Error when it has no marks */
export function withMeasured(document: string, measured: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md must hold the lines ${BEGIN} and ${END}`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${measured}\n\n${document.slice(end)}`
}

/** Everything that the figures say, as Markdown. Charts are expected in performance/, beside the document. */
export function measuredMarkdown({ sections }: Report): string {
  const findings = sections.flatMap(section => section.findings)
  return [
    ...(sections[0] ? ['## Where it was measured', machines(sections)] : []),
    '## Targets',
    findingsTable(findings),
    ...sections.map(sectionMarkdown),
  ].join('\n\n')
}

/** Once, when all sections were measured alike. */
function machines(sections: SectionReport[]): string {
  const rows = Object.entries(sections[0]!.machine).map(([name]) => [
    name,
    [...new Set(sections.map(({ machine }) => machine[name] ?? ''))].join('; '),
  ])
  const days = [...new Set(sections.map(({ takenAt }) => takenAt.slice(0, 10)))].sort()
  return markdownTable(['', ''], [...rows, ['Measured on', days.join(', ')]])
}

function findingsTable(findings: Finding[]): string {
  const rows = findings.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)])
  return markdownTable(['', 'target', 'measured', ''], rows)
}

function sectionMarkdown({ title, notes, tables, charts, errors }: SectionReport): string {
  return [
    `## ${title}`,
    ...notes,
    ...(errors.length > 0 ? [`**${errors.length} answers were wrong: these figures do not count.**`] : []),
    ...charts.map(chart => `![${chart.title}](performance/${chart.name}.svg)`),
    ...tables.map(tableMarkdown),
  ].join('\n\n')
}

function tableMarkdown({ title, headings, rows }: TableData): string {
  return `### ${title}\n\n${markdownTable(headings, rows)}`
}

export function markdownTable(headings: string[], rows: Cell[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = headings.map((_, at) => (at === 0 ? '---' : '---:'))
  return [line(headings), line(rule), ...rows.map(row => line(row.map(figure)))].join('\n')
}
