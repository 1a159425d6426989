// What commands print: one JSON document for programs, or text for people.

/** Prints `document` as JSON when `json` was asked for, `text()` otherwise. */
export function print(json: boolean | undefined, document: unknown, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text()}\n`)
}

/** Columns as wide as their widest cell, under their headings. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings.map(heading => heading.toUpperCase()), ...rows].map(row => row.map(printable))
  const widths = headings.map((_, column) => Math.max(...lines.map(row => row[column]!.length)))
  return lines.map(row => aligned(row, widths)).join('\n')
}

/** One line for each name and its value; a list takes a line for each item, and what is not there takes none. */
export function facts(values: Record<string, unknown>): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined)
  const rows = known.flatMap(([name, value]) => {
    const items = Array.isArray(value) && value.length > 0 ? value : [value]
    return items.map((item, index) => [index === 0 ? name : '', printable(shown(item))])
  })
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return rows.map(row => aligned(row, [width])).join('\n')
}

/** ISO 8601 to the second, from epoch milliseconds or text. */
export function time(at: number | string): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The command that shows the next page of a list, when there is one. */
export function more(command: string, cursor: string | undefined): string {
  return cursor ? `\n\nMore: latchkey ${command} --cursor ${cursor}` : ''
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function aligned(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd()
}

/** Names come from people: what a terminal would act upon is left out. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '')
}
