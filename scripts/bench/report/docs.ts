import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { measuredMarkdown, withMeasured } from './markdown.ts'
import type { Report } from './report.ts'
import { svg } from './svg.ts'

/** Writes docs/performance.md, but for what is written by hand in it, and its charts. @param root the checkout */
export async function writeDocs(root: string, report: Report): Promise<void> {
  const document = join(root, 'docs/performance.md')
  const charts = join(root, 'docs/performance')
  mkdirSync(charts, { recursive: true })
  for (const chart of report.sections.flatMap(section => section.charts)) {
    writeFileSync(join(charts, `${chart.name}.svg`), svg(chart))
  }
  const text = withMeasured(readFileSync(document, 'utf8'), measuredMarkdown(report))
  const style = await resolveConfig(document)
  writeFileSync(document, await format(text, { ...style, parser: 'markdown' }))
}
