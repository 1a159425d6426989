import mongoose from 'mongoose'
import { Unavailable } from '../port.ts'

const { MongoBulkWriteError, MongoError, MongoInvalidArgumentError, MongoServerError, MongoWriteConcernError } =
  mongoose.mongo

// What a server answers when it cannot serve now: shutting down, stepping down, no primary, out of time.
// https://www.mongodb.com/docs/manual/reference/error-codes/
const away = new Set([6, 7, 50, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])
const DUPLICATE_KEY = 11000

/** Told by the code alone: what else the error says differs from server to server. */
export function isDuplicate(error: unknown): error is mongoose.mongo.MongoError {
  return error instanceof MongoError && error.code === DUPLICATE_KEY
}

/** Which of the documents of an ordered insert met a duplicate; the count of those inserted is wrong on some servers. */
export function failedAt(error: mongoose.mongo.MongoError): number {
  return error instanceof MongoBulkWriteError ? ([error.writeErrors].flat()[0]?.index ?? 0) : 0
}

/** A failure to reach or use the store as Unavailable; any other error as it is. */
export function translate(error: unknown): unknown {
  if (!isFailure(error)) return error
  return new Unavailable(`the store cannot be used: ${(error as Error).message}`, { cause: error })
}

function isFailure(error: unknown): boolean {
  if (error instanceof MongoWriteConcernError) return true
  if (error instanceof MongoServerError) return away.has(Number(error.code))
  if (error instanceof MongoInvalidArgumentError) return false
  // Network, server selection and pool errors of the driver, and what mongoose says after close().
  return error instanceof MongoError || error instanceof mongoose.MongooseError
}
