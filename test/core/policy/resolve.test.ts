import { expect } from 'chai'
import { resolvePolicy, type Overrides, type Subject } from '../../../src/core/policy/resolve.ts'
import type { ResolvedSettings } from '../../../src/core/policy/settings.ts'

const defaults: ResolvedSettings = {
  sessionIdleTtl: 7200,
  sessionMaxTtl: 43_200,
  rememberedSessionTtl: 2_592_000,
  accessTokenTtl: 900,
  refreshTokenTtl: 604_800,
  refreshTokenMaxTtl: 2_592_000,
  rememberAllowed: true,
  offlineOutlivesSignOut: true,
  requiredAcr: 'urn:latchkey:acr:1',
  allowedMethods: 'all',
  secondFactor: 'optional',
  secondFactorGrace: 0,
  emailVerification: 'required',
  emailVerificationGrace: 0,
  rememberSecondFactor: 2_592_000,
  confirmNewDevice: 'off',
  sessionNewDevice: 'prove',
  sessionNewCountry: 'off',
  proofOfWork: 'under-attack',
  allowedNetworks: 'all',
  deniedNetworks: [],
}
const none: Overrides = { everyone: {}, guards: {}, roles: {}, clients: {} }
const apps: Subject = { guards: ['apps'], clientId: 'notes', roles: ['staff', 'admin'] }

describe('policy', () => {
  const cases: {
    says: string
    overrides: Partial<Overrides>
    subject?: Subject
    value: unknown
    source: string
    name?: keyof ResolvedSettings
  }[] = [
    {
      says: 'what is in both lists of methods, and whose they are',
      name: 'allowedMethods',
      overrides: {
        guards: { apps: { allowedMethods: ['password', 'totp'] } },
        clients: { notes: { allowedMethods: ['passkey', 'totp'] } },
      },
      value: ['totp'],
      source: 'guard apps and client notes',
    },
    {
      says: 'the shorter of two lists of methods, if it is part of the longer',
      name: 'allowedMethods',
      overrides: {
        guards: { apps: { allowedMethods: ['password', 'totp'] } },
        roles: { staff: { allowedMethods: 'all' } },
        clients: { notes: { allowedMethods: ['totp'] } },
      },
      value: ['totp'],
      source: 'client notes',
    },
    {
      says: 'what is in both lists of networks, and whose they are',
      name: 'allowedNetworks',
      overrides: {
        guards: { apps: { allowedNetworks: ['10.0.0.0/8', '2001:db8::/32'] } },
        clients: { notes: { allowedNetworks: ['10.1.0.0/16', '192.0.2.1', '2001:db8::/32'] } },
      },
      value: ['2001:db8::/32', '10.1.0.0/16'],
      source: 'guard apps and client notes',
    },
    {
      says: 'the networks of all lists that nobody may come from',
      name: 'deniedNetworks',
      overrides: {
        guards: { apps: { deniedNetworks: ['10.0.0.0/8'] } },
        roles: { admin: { deniedNetworks: ['192.0.2.0/24'] } },
      },
      value: ['10.0.0.0/8', '192.0.2.0/24'],
      source: 'guard apps and role admin',
    },
    {
      says: 'the strictest word on second factors',
      name: 'secondFactor',
      overrides: { roles: { staff: { secondFactor: 'required' } }, clients: { notes: { secondFactor: 'off' } } },
      value: 'required',
      source: 'role staff',
    },
    { says: 'the default where nothing is said', overrides: {}, value: 7200, source: 'default' },
    {
      says: 'what is said for everyone',
      overrides: { everyone: { sessionIdleTtl: 600 } },
      value: 600,
      source: 'everyone',
    },
    {
      says: 'what is said more narrowly, even where it is longer',
      overrides: { everyone: { sessionIdleTtl: 600 }, clients: { notes: { sessionIdleTtl: 900 } } },
      value: 900,
      source: 'client notes',
    },
    {
      says: 'the strictest of several narrow ones',
      overrides: {
        guards: { apps: { sessionIdleTtl: 1200 } },
        roles: { admin: { sessionIdleTtl: 300 } },
        clients: { notes: { sessionIdleTtl: 900 } },
      },
      value: 300,
      source: 'role admin',
    },
    {
      says: 'nothing of another guard, role or client',
      overrides: {
        guards: { admin: { sessionIdleTtl: 60 } },
        roles: { guest: { sessionIdleTtl: 60 } },
        clients: { other: { sessionIdleTtl: 60 } },
      },
      value: 7200,
      source: 'default',
    },
    {
      says: 'the higher acr as the stricter',
      name: 'requiredAcr',
      overrides: {
        clients: { notes: { requiredAcr: 'urn:latchkey:acr:2' } },
        roles: { admin: { requiredAcr: 'phr' } },
      },
      value: 'phr',
      source: 'role admin',
    },
    {
      says: 'no longer life than keys and grants are kept for',
      name: 'refreshTokenMaxTtl',
      overrides: { clients: { notes: { refreshTokenMaxTtl: 5_184_000 } } },
      value: 2_592_000,
      source: 'client notes, up to the configuration',
    },
    {
      says: 'no before yes',
      name: 'rememberAllowed',
      overrides: { clients: { notes: { rememberAllowed: true } }, roles: { staff: { rememberAllowed: false } } },
      value: false,
      source: 'role staff',
    },
    {
      says: 'nothing for a role that is named like what objects inherit',
      overrides: {},
      subject: { guards: ['apps'], roles: ['constructor', '__proto__'] },
      value: 7200,
      source: 'default',
    },
  ]
  for (const { says, overrides, subject = apps, value, source, name = 'sessionIdleTtl' } of cases) {
    it(`resolves to ${says}`, () => {
      const resolved = resolvePolicy(defaults, { ...none, ...overrides }, subject)
      expect(resolved.settings[name]).to.deep.equal(value)
      expect(resolved.sources[name]).to.equal(source)
    })
  }
})
