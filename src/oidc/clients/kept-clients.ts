// The library makes a client anew from what the adapter answers, or finds it by a hash of all of that: either costs more
// than reading the record. While a record has not changed it is the same object, so what was made from it stays with it.
import Provider, { type Client } from 'oidc-provider'
import type { ClientRecord } from './client-record.ts'
import type { FindClient } from './find-client.ts'

export function keepClients(provider: Provider, findClient: FindClient): void {
  const made = new WeakMap<ClientRecord, Client>()
  /** By request: to explain an error the library looks the app up again, and a store that is away would be waited for twice. */
  const unanswered = new WeakMap<object, unknown>()
  const { find } = provider.Client

  provider.Client.find = async function findKept(id) {
    const request = Provider.ctx ?? {}
    if (unanswered.has(request)) throw unanswered.get(request)
    try {
      const record = typeof id === 'string' && id !== '' ? await findClient(id) : undefined
      if (!record) return undefined
      const known = made.get(record)
      if (known) return known
      const client = await find.call(this, id)
      if (client) made.set(record, client)
      return client
    } catch (error) {
      unanswered.set(request, error)
      throw error
    }
  }
}
