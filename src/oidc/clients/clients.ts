// Registering and changing relying parties. The provider's own schema has the last word before anything is stored, and
// the audit entry is written before the act, so that no act is without one.
import { errors, type default as Provider } from 'oidc-provider'
import { createConsents } from '../../core/consents.ts'
import type { Events, Origin } from '../../core/events/events.ts'
import { Refused } from '../../lib/errors.ts'
import { newId, newSecret, sha256 } from '../../lib/ids.ts'
import { Conflict, type Page, type PageRequest, type Store } from '../../storage/port.ts'
import { isConsole } from '../consoles/console-clients.ts'
import { clientDeclaration, findClient, toLibraryClient, type ClientRecord } from './client-record.ts'
import { metadataOfType, type ClientType } from './client-types.ts'

export type Metadata = Record<string, unknown>

/** A client as its owner sees it: RFC 7591 names, and the secret only at the moment it is made. */
export type ClientView = Metadata & { client_id: string; client_secret?: string }

export type Clients = ReturnType<typeof createClients>

/** How long an old secret works beside a new one. Milliseconds. */
export const SECRET_OVERLAP = 24 * 60 * 60 * 1000

export function createClients(store: Store, events: Events, provider: () => Provider) {
  const clients = store.collection(clientDeclaration)
  const consents = createConsents(store)

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
    if (isConsole(id)) throw builtInClient(id)
    if (await clients.get(id)) throw takenClient(id)
    await events.emit({ type: 'client.created', clientId: id, ...origin, details: {} })
    await clients.insert(record).catch((error: unknown) => {
      throw error instanceof Conflict ? takenClient(id) : error
    })
    return withSecret(record, secret)
  }

  /**
   * Changes the named metadata; `undefined` takes one away. A public client that becomes confidential gets a secret.
   * @throws Refused `client.unknown`, `client.invalid`
   */
  async function update(id: string, changes: Metadata, origin: Origin = {}): Promise<ClientView> {
    const secret = newSecret()
    let made = false
    const changed = (known: ClientRecord): ClientRecord => {
      const all = Object.entries({ ...known.metadata, ...changes }).filter(([, value]) => value !== undefined)
      const metadata = Object.fromEntries(all)
      const now = Date.now()
      made = needsSecret(metadata) && known.secrets.length === 0
      const secrets = made ? [{ hash: sha256(secret), createdAt: now }] : known.secrets
      const record = { ...known, metadata, secrets, updatedAt: now }
      return { ...record, metadata: validated(record) }
    }
    // Tried before it is written down, so that a refused change leaves no entry.
    changed(await find(id))
    await events.emit({ type: 'client.updated', clientId: id, ...origin, details: { fields: Object.keys(changes) } })
    const updated = await clients.update(id, changed)
    if (!updated) throw unknownClient(id)
    return withSecret(updated, made ? secret : undefined)
  }

  /** A new secret, shown this once. The newest old one works for another day, so that apps can be changed over. */
  async function rotateSecret(id: string, origin: Origin = {}): Promise<ClientView> {
    const secret = newSecret()
    const now = Date.now()
    if ((await find(id)).secrets.length === 0) {
      throw new Refused('client.no_secret', { hint: `The client ${id} is public: it has no secret to rotate.` })
    }
    await events.emit({ type: 'client.secret_rotated', clientId: id, ...origin, details: {} })
    const updated = await clients.update(id, ({ secrets: [newest], ...record }) => ({
      ...record,
      secrets: [
        { hash: sha256(secret), createdAt: now },
        ...(newest ? [{ ...newest, expiresAt: now + SECRET_OVERLAP }] : []),
      ],
      updatedAt: now,
    }))
    if (!updated) throw unknownClient(id)
    return withSecret(updated, secret)
  }

  /** For good: its tokens and grants are dead, and nobody else is given its id. @throws Refused `client.unknown` */
  async function remove(id: string, origin: Origin = {}): Promise<void> {
    await find(id)
    await events.emit({ type: 'client.removed', clientId: id, ...origin, details: {} })
    await clients.update(id, known => ({ ...known, metadata: {}, secrets: [], removedAt: Date.now() }))
    await consents.removeOfClient(id)
  }

  /** @throws Refused `client.unknown`, `client.built_in` */
  async function find(id: string): Promise<ClientRecord> {
    if (isConsole(id)) throw builtInClient(id)
    const record = await findClient(store, id)
    if (!record) throw unknownClient(id)
    return record
  }

  /** @throws Refused `client.unknown` */
  async function show(id: string): Promise<ClientView> {
    return view(await find(id))
  }

  async function list(page: PageRequest): Promise<Page<ClientView>> {
    const found = await clients.list({}, page)
    return { ...found, items: found.items.filter(record => !record.removedAt).map(view) }
  }

  return { create, update, rotateSecret, remove, show, list }
}

function needsSecret(metadata: Metadata): boolean {
  return ['client_secret_basic', 'client_secret_post'].includes(String(metadata.token_endpoint_auth_method))
}

function view(record: ClientRecord): ClientView {
  return { client_id: record.id, client_id_issued_at: Math.floor(record.createdAt / 1000), ...record.metadata }
}

/** The one time that a secret is shown. */
function withSecret(record: ClientRecord, secret: string | undefined): ClientView {
  return { ...view(record), ...(secret ? { client_secret: secret, client_secret_expires_at: 0 } : {}) }
}

function takenClient(id: string): Refused {
  return new Refused('client.taken', {
    status: 409,
    field: 'client_id',
    hint: `The id ${id} is or was another client's. Choose another.`,
  })
}

function builtInClient(id: string): Refused {
  return new Refused('client.built_in', {
    status: 409,
    field: 'client_id',
    hint: `${id} is a console of Latchkey itself: it is always there, and cannot be changed.`,
  })
}

function unknownClient(id: string): Refused {
  return new Refused('client.unknown', { status: 404, hint: `There is no client with the id ${id}.` })
}
