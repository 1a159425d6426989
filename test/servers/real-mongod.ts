// A real mongod: the one on the path, or one that mongodb-memory-server-core has fetched or can fetch.
import { DryMongoBinary, MongoMemoryServer } from 'mongodb-memory-server-core'
import { MongoBinaryDownloadUrl } from 'mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js'
import { onPath } from '../../scripts/tools/run.ts'

/** @throws Error when none can be had */
export async function startRealMongod(): Promise<{ url: string; kind: string }> {
  const installed = onPath('mongod')
  if (installed) {
    // Whatever version it is: it was not chosen by us.
    process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = 'false'
    return start(`mongod on the path (${installed})`, installed)
  }
  await requireBinary()
  return start('mongod of mongodb-memory-server-core')
}

async function start(kind: string, systemBinary?: string): Promise<{ url: string; kind: string }> {
  const server = await MongoMemoryServer.create({
    instance: { ip: '127.0.0.1' },
    binary: systemBinary ? { systemBinary } : {},
  })
  return { url: server.getUri(), kind }
}

/** A download may take as long as it needs, but a network that is shut is noticed soon. */
async function requireBinary(): Promise<void> {
  const options = await DryMongoBinary.generateOptions()
  if (await DryMongoBinary.locateBinary(options)) return
  const url = await new MongoBinaryDownloadUrl(options).getDownloadUrl()
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(4000) }).catch(() => undefined)
  if (!answer?.ok) throw new Error(`mongod cannot be downloaded from ${new URL(url).host}`)
}
