import type { Declaration, Document, Index } from '../port.ts'
import { columnOf, quote } from './table.ts'

/** The indexes of a collection: those declared, and one to find what has expired. */
export function indexesOf(declaration: Declaration<Document>): { name: string; sql: string }[] {
  const declared = (declaration.indexes ?? []).map(index => ({
    name: nameOf(declaration.name, index),
    // The id makes the order complete; SQLite itself would only add the rowid.
    columns: [...index.fields, ...(index.unique ? [] : ['id'])].map(columnOf),
    create: index.unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX',
    where: '',
  }))
  const { expires } = declaration
  if (expires) {
    const column = columnOf(expires)
    const name = `${declaration.name}:expired:${expires}`
    declared.push({ name, columns: [column], create: 'CREATE INDEX', where: ` WHERE ${column} IS NOT NULL` })
  }
  return declared.map(({ name, columns, create, where }) => ({
    name,
    sql: `${create} IF NOT EXISTS ${quote(name)} ON ${quote(declaration.name)} (${columns.join(', ')})${where}`,
  }))
}

function nameOf(collection: string, { fields, unique }: Index): string {
  return `${collection}:${fields.join(',')}${unique ? ':unique' : ''}`
}
