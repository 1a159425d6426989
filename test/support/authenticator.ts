// Chromium's virtual authenticator: a device's own, or a security key, that does what its owner would do.
import type { CDPSession, Page } from 'playwright-core'
import type { Key } from './soft-authenticator.ts'

export interface VirtualAuthenticator {
  /** Puts a key on it that was made elsewhere. */
  add(key: Key, traits?: { isResidentCredential: boolean }): Promise<void>
  credentials(): Promise<{ credentialId: string; isResidentCredential: boolean; signCount: number }[]>
  /** The person cannot or will not verify (no finger, a wrong PIN) from now on. */
  verifies(isUserVerified: boolean): Promise<void>
  /** Takes it away from the browser. */
  remove(): Promise<void>
}

const DEVICE = { transport: 'internal', defaultBackupEligibility: true, defaultBackupState: true }
const SECURITY_KEY = { transport: 'usb', defaultBackupEligibility: false, defaultBackupState: false }

export const device = (page: Page, options: object = {}) => addAuthenticator(page, { ...DEVICE, ...options })
export const securityKey = (page: Page, options: object = {}) => addAuthenticator(page, { ...SECURITY_KEY, ...options })

/** As a browser that cannot offer passkeys among what it fills in: the virtual authenticator would pick one at once. */
export async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')
}

const sessions = new WeakMap<Page, Promise<CDPSession>>()

async function addAuthenticator(page: Page, traits: object): Promise<VirtualAuthenticator> {
  if (!sessions.has(page)) sessions.set(page, enable(page))
  const cdp = await sessions.get(page)!
  const options = {
    protocol: 'ctap2',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    ...traits,
  }
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: options as never })
  const send = async (method: string, params: object = {}) => {
    await cdp.send(method as never, { authenticatorId, ...params } as never)
  }
  return {
    add: ({ id, rpId, userHandle, privateKey, counter }, { isResidentCredential } = { isResidentCredential: true }) =>
      send('WebAuthn.addCredential', {
        credential: {
          credentialId: Buffer.from(id, 'base64url').toString('base64'),
          isResidentCredential,
          rpId,
          ...(isResidentCredential ? { userHandle: Buffer.from(userHandle, 'base64url').toString('base64') } : {}),
          privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
          signCount: counter,
        },
      }),
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verifies: isUserVerified => send('WebAuthn.setUserVerified', { isUserVerified }),
    remove: () => send('WebAuthn.removeVirtualAuthenticator'),
  }
}

async function enable(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  return cdp
}
