/** Rows of text as columns: the first to the left, the others to the right. */
export function table(headings: string[], rows: string[][]): string {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map(row => (row[column] ?? '').length)))
  const line = (row: string[]) =>
    widths
      .map((width, column) => (column === 0 ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd()
  return [line(headings), widths.map(width => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
