import { CannotOpen, Unavailable } from '../port.ts'

/** What node:sqlite throws. `errcode` is SQLite's extended result code, its low byte the primary one. */
interface SqliteError extends Error {
  code: 'ERR_SQLITE_ERROR'
  errcode: number
  errstr: string
}

// https://www.sqlite.org/rescode.html
const BUSY = 5
const LOCKED = 6
const NOMEM = 7
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const PROTOCOL = 15
const NOTADB = 26
const CONSTRAINT_PRIMARYKEY = 1555
const CONSTRAINT_UNIQUE = 2067

const waiting = new Set([BUSY, LOCKED, PROTOCOL])
const failures = new Set([...waiting, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB])

/** Another process holds the lock; it will give it back. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && waiting.has(error.errcode & 0xff)
}

/** The store failed, not the statement: nothing of the transaction can be relied on. */
export function isFailure(error: unknown): boolean {
  return isSqliteError(error) ? failures.has(error.errcode & 0xff) : isClosed(error)
}

/** A failure of the store as Unavailable; any other error as it is. */
export function translate(error: unknown): unknown {
  if (!isFailure(error)) return error
  const reason = isSqliteError(error) ? error.errstr : 'it is closed'
  return new Unavailable(`the store cannot be used: ${reason}`, { cause: error })
}

/** A failure to open the file as CannotOpen, in one line; any other error as it is. */
export function cannotOpen(path: string, error: unknown): unknown {
  const translated = translate(error)
  if (translated instanceof CannotOpen || translated instanceof Unavailable || isFileError(error)) {
    const reason = (translated as Error).message
    return new CannotOpen(`the store sqlite:${path} cannot be opened: ${reason}`, { cause: error })
  }
  return error
}

/** The columns of the unique index that the statement would have broken, undefined when it was something else. */
export function brokenColumns(error: unknown): string[] | undefined {
  if (!isSqliteError(error)) return undefined
  if (error.errcode !== CONSTRAINT_UNIQUE && error.errcode !== CONSTRAINT_PRIMARYKEY) return undefined
  // "UNIQUE constraint failed: table.column, table.column"
  const list = error.message.slice(error.message.indexOf(': ') + 2)
  return list.split(', ').map(name => name.slice(name.indexOf('.') + 1))
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error
}

/** node:sqlite's own answer, not SQLite's, once the connection is closed. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE'
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
