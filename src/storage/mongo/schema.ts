// Which indexed fields the documents of a collection have, for processes of different ages (see versions.ts). There are
// no triggers here: a newer process fills in what an older one wrote, at its start and again from time to time.
import type mongoose from 'mongoose'
import { indexedFields } from '../fields.ts'
import { deadlineIn, isPast, pause, PATIENCE } from '../patience.ts'
import { CannotOpen, Unavailable, type Declaration, type Document } from '../port.ts'
import { STORE_FORMAT, withFields, type FieldVersions } from '../versions.ts'
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

/** Refuses a store that needs a newer program. @throws CannotOpen */
export async function openFormat(db: mongoose.mongo.Db): Promise<void> {
  const formats = db.collection<Format>('latchkey_store')
  const known = await inTime(deadlineIn(PATIENCE), () => formats.findOne({ _id: 'format' }))
  if (known && known.format > STORE_FORMAT) {
    throw new CannotOpen(`it has format ${known.format} and needs a newer Latchkey (this one knows ${STORE_FORMAT})`)
  }
  if (known) return
  const first = { _id: 'format', format: STORE_FORMAT } as const
  await inTime(deadlineIn(PATIENCE), () => formats.insertOne(first)).catch(ignoreDuplicate)
}

/** Notes the fields that are new with this declaration, and answers the versions of all. */
export async function expand(db: mongoose.mongo.Db, declaration: Declaration<Document>): Promise<FieldVersions> {
  const states = db.collection<State>('latchkey_schema')
  const deadline = deadlineIn(PATIENCE)
  for (let tries = 0; !isPast(deadline); tries++) {
    if (tries > 0) await pause(tries)
    const state = await inTime(deadline, () => states.findOne({ _id: declaration.name }))
    const fields = withFields(state?.fields, indexedFields(declaration))
    if (state && fields === state.fields) return fields
    const next = { _id: declaration.name, v: (state?.v ?? 0) + 1, fields }
    const write = async () =>
      state
        ? (await states.replaceOne({ _id: declaration.name, v: state.v }, next)).matchedCount === 1
        : (await states.insertOne(next)).acknowledged
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
