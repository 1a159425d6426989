// An authenticator in software, with the browser around it, for tests that speak HTTP: it makes and uses ES256 keys as
// WebAuthn Level 3 has it (sections 6.1 and 6.5), and lies where a test asks it to.
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import { isoCBOR } from '@simplewebauthn/server/helpers'

export interface Key {
  id: string
  rpId: string
  userHandle: string
  privateKey: KeyObject
  counter: number
}

/** What an answer may say otherwise than the truth. */
export interface Lies {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  userHandle?: string | null
  counter?: number
  userPresent?: boolean
  userVerified?: boolean
  backupEligible?: boolean
  backedUp?: boolean
}

export interface Traits {
  origin: string
  /** Whether it has a PIN or the like. */
  verifiesUser?: boolean
  /** Whether its keys may be copied, and are. */
  synced?: boolean
  /** Whether it keeps its keys, and so finds them without a name. */
  discoverable?: boolean
  /** Whether it counts its signatures. */
  counts?: boolean
  aaguid?: string
  transports?: string[]
}

const UP = 1
const UV = 4
const BE = 8
const BS = 16
const AT = 64

export class SoftAuthenticator {
  readonly keys: Key[] = []
  readonly traits: Required<Traits>

  constructor(traits: Traits) {
    this.traits = {
      verifiesUser: true,
      synced: true,
      discoverable: true,
      counts: false,
      aaguid: '00000000-0000-0000-0000-000000000000',
      transports: ['internal'],
      ...traits,
    }
  }

  create(options: PublicKeyCredentialCreationOptionsJSON, lies: Lies = {}): RegistrationResponseJSON {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' })
    const id = randomBytes(32)
    const rpId = options.rp.id!
    const key = { id: id.toString('base64url'), rpId, userHandle: options.user.id, privateKey, counter: 0 }
    this.keys.push(key)
    // COSE_Key of type EC2 (RFC 9053, section 7.1).
    const cose = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y!, 'base64url'))],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const attested = Buffer.concat([
      Buffer.from(this.traits.aaguid.replaceAll('-', ''), 'hex'),
      length,
      id,
      isoCBOR.encode(cose),
    ])
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(Buffer.concat([this.#authData(key, lies, AT), attested]))],
    ])
    return {
      id: key.id,
      rawId: key.id,
      type: 'public-key',
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, lies).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
        transports: this.traits.transports,
      },
      clientExtensionResults: { credProps: { rk: this.traits.discoverable } },
    }
  }

  /** Signs with the newest key that the options allow, or with the one that is named. */
  get(options: PublicKeyCredentialRequestOptionsJSON, lies: Lies = {}, keyId?: string): AuthenticationResponseJSON {
    const allowed = options.allowCredentials?.map(({ id }) => id)
    const key = this.keys.findLast(
      ({ id, rpId }) =>
        (keyId === undefined || id === keyId) && rpId === options.rpId && (!allowed?.length || allowed.includes(id)),
    )
    if (!key) throw new Error('no key for these options')
    if (this.traits.counts) key.counter += 1
    const authData = this.#authData(key, lies)
    const clientData = this.#clientData('webauthn.get', options.challenge, lies)
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
    const known = this.traits.discoverable ? key.userHandle : null
    const userHandle = lies.userHandle === undefined ? known : lies.userHandle
    return {
      id: key.id,
      rawId: key.id,
      type: 'public-key',
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, key.privateKey).toString('base64url'),
        ...(userHandle === null ? {} : { userHandle }),
      },
      clientExtensionResults: {},
    }
  }

  #clientData(type: string, challenge: string, lies: Lies): Buffer {
    const said = { type, challenge, origin: this.traits.origin, crossOrigin: false, ...lies }
    const { type: kind, challenge: asked, origin, crossOrigin } = said
    return Buffer.from(JSON.stringify({ type: kind, challenge: asked, origin, crossOrigin }))
  }

  #authData(key: Key, lies: Lies, more = 0): Buffer {
    const { verifiesUser, synced } = this.traits
    const flags =
      ((lies.userPresent ?? true) ? UP : 0) |
      ((lies.userVerified ?? verifiesUser) ? UV : 0) |
      ((lies.backupEligible ?? synced) ? BE : 0) |
      ((lies.backedUp ?? synced) ? BS : 0) |
      more
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags)
    tail.writeUInt32BE(lies.counter ?? key.counter, 1)
    return Buffer.concat([
      createHash('sha256')
        .update(lies.rpId ?? key.rpId)
        .digest(),
      tail,
    ])
  }
}
