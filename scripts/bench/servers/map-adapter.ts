// The fastest store there can be: a Map in memory. It keeps what it is given until it is asked for it too late.
import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  payload: AdapterPayload
  /** Epoch milliseconds. */
  expiresAt: number
}

const entries = new Map<string, Entry>()
/** What belongs to a grant, by its id: only revoking reads it. */
const grants = new Map<string, string[]>()
const uids = new Map<string, string>()

export function createMapAdapter(model: string): Adapter {
  const keyOf = (id: string) => `${model}:${id}`

  async function find(id: string): Promise<AdapterPayload | undefined> {
    const entry = entries.get(keyOf(id))
    return entry && entry.expiresAt > Date.now() ? entry.payload : undefined
  }

  return {
    find,
    async upsert(id, payload, expiresIn) {
      const key = keyOf(id)
      entries.set(key, { payload, expiresAt: Date.now() + (expiresIn ?? Infinity) * 1000 })
      if (model === 'Session') uids.set(payload.uid!, id)
      if (!payload.grantId || model === 'Session') return
      const known = grants.get(payload.grantId)
      if (known) known.push(key)
      else grants.set(payload.grantId, [key])
    },
    async consume(id) {
      entries.get(keyOf(id))!.payload.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy(id) {
      entries.delete(keyOf(id))
    },
    async revokeByGrantId(grantId) {
      for (const key of grants.get(grantId) ?? []) entries.delete(key)
      grants.delete(grantId)
    },
    async findByUid(uid) {
      const id = uids.get(uid)
      return id === undefined ? undefined : find(id)
    },
    findByUserCode: () => Promise.resolve(undefined),
  }
}
