// Which indexed fields the documents of a collection have, for processes of different ages (see versions.ts). There are
// no triggers here: a newer process fills in what an older one wrote, at its start and again from time to time.
import type mongoose from 'mongoose'
import { indexedFields } from '../queries/fields.ts'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { CannotOpen, Unavailable, type Declaration, type Document } from '../port.ts'
import { STORE_FORMAT, withFields, type FieldVersions } from '../schema/versions.ts'
import { inTime } from './deadline.ts'
import { isDuplicate } from './errors.ts'
import { columnsOf, type Rows } from './row.ts'

interface State {
  _id: string
  /** Counts changes of the state. */
  v: number
  fields: FieldVersions
}

interface Format {
  _id: 'format'
  format: number
}

const FILL_BATCH = 500

/** Undefined for a store that nobody has opened yet. */
export async function formatOf(db: mongoose.mongo.Db): Promise<number | undefined> {
  return (await inTime(deadlineIn(PATIENCE), () => formats(db).findOne({ _id: 'format' })))?.format
}

/** What is noted of a collection's fields. */
export function stateOf(db: mongoose.mongo.Db, name: string, deadline = deadlineIn(PATIENCE)): Promise<State | null> {
  return inTime(deadline, () => states(db).findOne({ _id: name }))
}

/** Refuses a store that needs a newer program. @throws CannotOpen */
export async function openFormat(db: mongoose.mongo.Db): Promise<void> {
  const known = await formatOf(db)
  if (known !== undefined && known > STORE_FORMAT) {
    throw new CannotOpen(`it has format ${known} and needs a newer Latchkey (this one knows ${STORE_FORMAT})`)
  }
  if (known !== undefined) return
  const first = { _id: 'format', format: STORE_FORMAT } as const
  await inTime(deadlineIn(PATIENCE), () => formats(db).insertOne(first)).catch(ignoreDuplicate)
}

/** Notes the fields that are new with this declaration, and answers the versions of all. */
export async function expand(db: mongoose.mongo.Db, declaration: Declaration<Document>): Promise<FieldVersions> {
  const deadline = deadlineIn(PATIENCE)
  for (let tries = 0; !isPast(deadline); tries++) {
    if (tries > 0) await pause(tries)
    const state = await stateOf(db, declaration.name, deadline)
    const fields = withFields(state?.fields, indexedFields(declaration))
    if (state && fields === state.fields) return fields
    const next = { _id: declaration.name, v: (state?.v ?? 0) + 1, fields }
    const write = async () =>
      state
        ? (await states(db).replaceOne({ _id: declaration.name, v: state.v }, next)).matchedCount === 1
        : (await states(db).insertOne(next)).acknowledged
    if (await inTime(deadline, write).catch(ignoreDuplicate)) return fields
  }
  throw new Unavailable('the schema of the store changed too often')
}

/** Fills the indexed fields, as far as this program knows them, of documents whose writer knew fewer. */
export async function fill(rows: Rows, declaration: Declaration<Document>, version: number): Promise<void> {
  const fields = indexedFields(declaration)
  for (;;) {
    const batch = rows.find({ s: { $lt: version } }).limit(FILL_BATCH)
    const found = await inTime(deadlineIn(PATIENCE), () => batch.toArray())
    if (found.length === 0) return
    const updates = found.map(({ _id, v, b }) => {
      const columns = columnsOf(declaration, fields, JSON.parse(b) as Document)
      // Only while it is still what was read: its writer may have been at it again.
      return { updateOne: { filter: { _id, v }, update: { $set: { ...columns, s: version } } } }
    })
    await inTime(deadlineIn(PATIENCE), () => rows.bulkWrite(updates, { ordered: false }))
  }
}

function ignoreDuplicate(error: unknown): undefined {
  if (!isDuplicate(error)) throw error
}

function formats(db: mongoose.mongo.Db): mongoose.mongo.Collection<Format> {
  return db.collection<Format>('latchkey_store')
}

function states(db: mongoose.mongo.Db): mongoose.mongo.Collection<State> {
  return db.collection<State>('latchkey_schema')
}
