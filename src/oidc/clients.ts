// Registering and changing relying parties. The provider's own schema has the last word before anything is stored.
import { errors, type default as Provider } from 'oidc-provider'
import type { Events, Origin } from '../core/events/events.ts'
import { Refused } from '../lib/errors.ts'
import { newId, newSecret, sha256 } from '../lib/ids.ts'
import type { Page, PageRequest, Store } from '../storage/port.ts'
import { clientDeclaration, toLibraryClient, type ClientRecord } from './client-record.ts'
import { metadataOfType, type ClientType } from './client-types.ts'

export type Metadata = Record<string, unknown>

/** A client as its owner sees it: RFC 7591 names, and the secret only at the moment it is made. */
export type ClientView = Metadata & { client_id: string; client_secret?: string }

export type Clients = ReturnType<typeof createClients>

/** How long an old secret works beside a new one. Milliseconds. */
export const SECRET_OVERLAP = 24 * 60 * 60 * 1000

export function createClients(store: Store, events: Events, provider: () => Provider) {
  const clients = store.collection(clientDeclaration)

  /** What the provider makes of it, defaults included. @throws Refused `client.invalid` in the provider's words */
  function validated(record: ClientRecord): Metadata {
    // The library's types leave the constructor out; it is what checks, and what fills in the defaults.
    const Client = provider().Client as unknown as new (metadata: object) => { metadata(): Metadata }
    try {
      const client = new Client(toLibraryClient(record))
      const { client_secret: _secret, client_id: _id, ...metadata } = client.metadata()
      return metadata
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      throw new Refused('client.invalid', { hint: error.error_description ?? error.message, cause: error })
    }
  }

  /** @throws Refused `client.invalid` for metadata that the provider's rules refuse, `client.taken` for a taken id */
  async function create(
    type: ClientType,
    wanted: Metadata & { client_id?: string },
    origin: Origin = {},
  ): Promise<ClientView> {
    const now = Date.now()
    const { client_id: id = newId(), ...metadata } = { ...metadataOfType(type), ...wanted }
    const secret = needsSecret(metadata) ? newSecret() : undefined
    const record: ClientRecord = {
      id,
      metadata,
      secrets: secret ? [{ hash: sha256(secret), createdAt: now }] : [],
      createdAt: now,
      updatedAt: now,
    }
    record.metadata = validated(record)
    await clients.insert(record).catch(() => {
      throw new Refused('client.taken', {
        status: 409,
        field: 'client_id',
        hint: `A client with the id ${id} exists already.`,
      })
    })
    await events.emit({ type: 'client.created', clientId: id, ...origin, details: {} })
    return { ...view(record), ...(secret ? { client_secret: secret, client_secret_expires_at: 0 } : {}) }
  }

  /** Changes the named metadata; `undefined` takes one away. @throws Refused `client.unknown`, `client.invalid` */
  async function update(id: string, changes: Metadata, origin: Origin = {}): Promise<ClientView> {
    const updated = await clients.update(id, known => {
      const metadata = Object.fromEntries(
        Object.entries({ ...known.metadata, ...changes }).filter(([, value]) => value !== undefined),
      )
      const record = { ...known, metadata, updatedAt: Date.now() }
      return { ...record, metadata: validated(record) }
    })
    if (!updated) throw unknownClient(id)
    await events.emit({ type: 'client.updated', clientId: id, ...origin, details: { fields: Object.keys(changes) } })
    return view(updated)
  }

  /** A new secret, shown this once. The newest old one works for another day, so that apps can be changed over. */
  async function rotateSecret(id: string, origin: Origin = {}): Promise<ClientView> {
    const secret = newSecret()
    const now = Date.now()
    const updated = await clients.update(id, known => {
      const [newest] = known.secrets
      if (!newest) return undefined
      const secrets = [
        { hash: sha256(secret), createdAt: now },
        { ...newest, expiresAt: now + SECRET_OVERLAP },
      ]
      return { ...known, secrets, updatedAt: now }
    })
    if (!updated) {
      if (!(await clients.get(id))) throw unknownClient(id)
      throw new Refused('client.no_secret', { hint: `The client ${id} is public: it has no secret to rotate.` })
    }
    await events.emit({ type: 'client.secret_rotated', clientId: id, ...origin, details: {} })
    return { ...view(updated), client_secret: secret, client_secret_expires_at: 0 }
  }

  async function remove(id: string, origin: Origin = {}): Promise<void> {
    if (!(await clients.remove(id))) throw unknownClient(id)
    await events.emit({ type: 'client.removed', clientId: id, ...origin, details: {} })
  }

  /** @throws Refused `client.unknown` */
  async function show(id: string): Promise<ClientView> {
    const record = await clients.get(id)
    if (!record) throw unknownClient(id)
    return view(record)
  }

  async function list(page: PageRequest): Promise<Page<ClientView>> {
    const found = await clients.list({}, page)
    return { ...found, items: found.items.map(view) }
  }

  return { create, update, rotateSecret, remove, show, list }
}

function needsSecret(metadata: Metadata): boolean {
  return ['client_secret_basic', 'client_secret_post'].includes(String(metadata.token_endpoint_auth_method))
}

function view(record: ClientRecord): ClientView {
  return { client_id: record.id, client_id_issued_at: Math.floor(record.createdAt / 1000), ...record.metadata }
}

function unknownClient(id: string): Refused {
  return new Refused('client.unknown', { status: 404, hint: `There is no client with the id ${id}.` })
}
