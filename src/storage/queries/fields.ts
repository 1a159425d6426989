// What every engine takes out of a document to keep beside its body.
import { isScalar } from './plan.ts'
import type { Declaration, Document, Index, Scalar } from '../port.ts'

/** The fields that stand in an index, the field of expiry among them. */
export function indexedFields({ indexes = [], expires }: Declaration<Document>): string[] {
  return [...new Set([...indexes.flatMap(({ fields }) => fields), ...(expires ? [expires] : [])])]
}

/** What Conflict calls the index. */
export function indexName({ fields }: Index): string {
  return fields.join('_')
}

/**
 * Checks a document before it is written. The document itself is stored, not what the schema makes of it, so that
 * fields which a newer version has added survive an older one.
 * @throws ZodError, TypeError for an indexed field that no index can hold: mistakes in our code
 */
export function checkDocument(declaration: Declaration<Document>, fields: readonly string[], doc: Document): void {
  declaration.schema.parse(doc)
  for (const field of fields) {
    const value = fieldOf(doc, field)
    if (value !== undefined && !isScalar(value)) {
      throw new TypeError(`${declaration.name}.${field} is indexed, and holds neither string, number nor boolean`)
    }
  }
  for (const index of declaration.indexes ?? []) {
    if (!index.unique || index.fields.length === 1) continue
    if (index.fields.some(field => fieldOf(doc, field) === undefined)) {
      throw new TypeError(`${declaration.name} lacks a field of its unique index ${indexName(index)}`)
    }
  }
}

export function fieldOf(doc: object, field: string): Scalar | undefined {
  return (doc as Record<string, Scalar | undefined>)[field]
}

/** `change` must leave the id alone: it is where the document is kept. */
export function checkSameId(collection: string, id: string, changed: Document): void {
  if (changed.id !== id) throw new TypeError(`a change of ${collection} gave the document another id`)
}
