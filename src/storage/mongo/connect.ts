import mongoose from 'mongoose'
import { PATIENCE } from '../patience.ts'
import { CannotOpen } from '../port.ts'

/** @throws CannotOpen */
export async function connect(url: string): Promise<mongoose.Connection> {
  const connection = mongoose.createConnection()
  try {
    return await connection.openUri(url, optionsFor(url))
  } catch (error) {
    await connection.close(true)
    throw cannotOpen(url, error)
  }
}

export function cannotOpen(url: string, error: unknown): CannotOpen {
  const reason = error instanceof Error ? error.message : String(error)
  return new CannotOpen(`the store at ${hostsOf(url)} cannot be opened: ${reason}`, { cause: error })
}

function optionsFor(url: string): mongoose.ConnectOptions {
  return {
    ...(/^[^/]+\/\/[^/]+\/[^?]/.test(url) ? {} : { dbName: 'latchkey' }),
    appName: 'latchkey',
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    serverSelectionTimeoutMS: PATIENCE,
    connectTimeoutMS: PATIENCE,
    waitQueueTimeoutMS: PATIENCE,
    // How long it takes at the most until a server that hangs, and then one that is back, is noticed.
    heartbeatFrequencyMS: 2000,
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: PATIENCE },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
  }
}

/** Without the credentials. */
function hostsOf(url: string): string {
  return /^[^/]+\/\/(?:[^/]*@)?([^/?]*)/.exec(url)?.[1] ?? 'an address that cannot be read'
}
