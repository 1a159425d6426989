// Chromium's virtual authenticator: a device's own, or a security key, that does what its owner would do.
import type { CDPSession, Page } from 'playwright-core'

export interface VirtualAuthenticator {
  credentials(): Promise<{ credentialId: string; isResidentCredential: boolean; signCount: number }[]>
  /** The person cannot or will not verify (no finger, a wrong PIN) from now on. */
  verifies(isUserVerified: boolean): Promise<void>
  /** Whether the person touches it when it asks. */
  touches(enabled: boolean): Promise<void>
  /** Forgets everything on it, as after a reset. */
  clear(): Promise<void>
  /** Takes it away from the browser. */
  remove(): Promise<void>
}

const DEVICE = { transport: 'internal', defaultBackupEligibility: true, defaultBackupState: true }
const SECURITY_KEY = { transport: 'usb', defaultBackupEligibility: false, defaultBackupState: false }

export const device = (page: Page, options: object = {}) => addAuthenticator(page, { ...DEVICE, ...options })
export const securityKey = (page: Page, options: object = {}) => addAuthenticator(page, { ...SECURITY_KEY, ...options })

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
  return {
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verifies: isUserVerified => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }) as never,
    touches: enabled => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }) as never,
    clear: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId }) as never,
    remove: () => cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }) as never,
  }
}

async function enable(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  return cdp
}
