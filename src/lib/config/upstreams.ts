// Other places that people may sign in from. A kind is a set of defaults: whatever it is, the method sees one shape.
import { z } from 'zod'
import { isDomain } from './addresses.ts'
import { parseJson } from './kinds.ts'

/** What of a profile may be taken over, by the names of OIDC Core 1.0, section 5.1. */
const PROFILE_FIELDS = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
] as const

const address = z.string().refine(isWebAddress, 'an http or https address')

const shared = {
  /** Stands in the redirect URI and in the method's id: it cannot be changed later. */
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'up to 32 lower case letters, digits and hyphens'),
  clientId: z.string().min(1),
  scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'a scope name')).optional(),
  /** Who may get an account: everybody, nobody new, or who has an address at one of these domains. */
  accounts: z.union([z.enum(['open', 'invited']), z.array(z.string().refine(isDomain)).min(1)]).default('open'),
  /** Whether an address that it calls verified is: else it is verified anew. */
  trustEmail: z.boolean().optional(),
  /** From which of its claims each field of a profile comes. */
  profile: z.partialRecord(z.enum(PROFILE_FIELDS), z.string().min(1)).optional(),
  /** Roles of an account that is made, by claim and value. */
  roles: z
    .array(z.strictObject({ claim: z.string().min(1), value: z.string(), role: z.string().min(1).max(100) }))
    .default([]),
}
const named = { name: z.string().trim().min(1).max(40) }
const maybeNamed = { name: named.name.optional() }
const secret = { clientSecret: z.string().min(1) }

const google = z.strictObject({ kind: z.literal('google'), ...shared, ...maybeNamed, ...secret })
const microsoft = z.strictObject({
  kind: z.literal('microsoft'),
  ...shared,
  ...maybeNamed,
  ...secret,
  /** A tenant's id, or `common`, `organizations`, `consumers`. */
  tenant: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('common'),
})
const apple = z.strictObject({
  kind: z.literal('apple'),
  ...shared,
  ...maybeNamed,
  teamId: z.string().min(1),
  keyId: z.string().min(1),
  /** PEM (PKCS #8), the content of the .p8 file. */
  privateKey: z.string().includes('PRIVATE KEY'),
  /** For a stand-in to try an installation with: Apple itself takes no redirect URI on localhost. */
  issuer: address.default('https://appleid.apple.com'),
})
const github = z.strictObject({
  kind: z.literal('github'),
  ...shared,
  ...maybeNamed,
  ...secret,
  /** For GitHub Enterprise Server: its own address, and that of its API. */
  server: address.default('https://github.com'),
  api: address.default('https://api.github.com'),
})
const oidc = z.strictObject({
  kind: z.literal('oidc'),
  ...shared,
  ...named,
  issuer: address,
  clientSecret: secret.clientSecret.optional(),
})
const oauth2 = z.strictObject({
  kind: z.literal('oauth2'),
  ...shared,
  ...named,
  ...secret,
  authorizationEndpoint: address,
  tokenEndpoint: address,
  userinfoEndpoint: address,
  /** Where in the userinfo these stand. */
  claims: z
    .strictObject({
      id: z.string().min(1).default('sub'),
      email: z.string().min(1).default('email'),
      emailVerified: z.string().min(1).default('email_verified'),
    })
    .prefault({}),
})

const entry = z.discriminatedUnion('kind', [google, microsoft, apple, github, oidc, oauth2])

type Entry = z.output<typeof entry>

export interface Upstream {
  id: string
  name: string
  clientId: string
  clientSecret?: string | undefined
  /** Apple takes a short-lived JWT in the place of a secret. */
  appleKey?: { teamId: string; keyId: string; privateKey: string }
  /** Where it is: by discovery, or each address by itself. */
  source:
    | { kind: 'oidc'; issuer: string }
    | {
        kind: 'oauth2'
        authorizationEndpoint: string
        tokenEndpoint: string
        userinfoEndpoint: string
        /** GitHub's list of a person's addresses. */
        emailsEndpoint?: string
        claims: { id: string; email: string; emailVerified: string }
      }
  scopes: string[]
  /** Apple answers by a form post where it is asked for more than who it is. */
  formPost: boolean
  accounts: 'open' | 'invited' | string[]
  trustEmail: boolean
  profile: Partial<Record<(typeof PROFILE_FIELDS)[number], string>>
  roles: { claim: string; value: string; role: string }[]
}

const OIDC_SCOPES = ['openid', 'email', 'profile']
const OIDC_PROFILE = Object.fromEntries(PROFILE_FIELDS.map(field => [field, field]))

/** The list of upstreams; in a variable, its JSON. */
export function upstreams() {
  return z
    .preprocess(
      parseJson,
      z.array(entry).transform(all => all.map(upstreamOf)),
    )
    .meta({
      expected:
        'a list of { kind: google | microsoft | apple | github | oidc | oauth2, id, clientId, … } as in docs/upstreams.md (a variable holds it as JSON)',
    })
}

function upstreamOf(one: Entry): Upstream {
  const { id, clientId, accounts, roles } = one
  const own = presetOf(one)
  return {
    id,
    clientId,
    accounts,
    roles,
    formPost: false,
    ...own,
    name: one.name ?? own.name,
    scopes: one.scopes ?? own.scopes,
    trustEmail: one.trustEmail ?? own.trustEmail,
    profile: one.profile ?? own.profile,
  }
}

type Preset = Pick<Upstream, 'name' | 'source' | 'scopes' | 'trustEmail' | 'profile'> & Partial<Upstream>

function presetOf(one: Entry): Preset {
  const discovered = (name: string, issuer: string, trustEmail: boolean): Preset => ({
    name,
    source: { kind: 'oidc', issuer },
    scopes: OIDC_SCOPES,
    trustEmail,
    profile: OIDC_PROFILE,
  })
  switch (one.kind) {
    case 'google':
      return { ...discovered('Google', 'https://accounts.google.com', true), clientSecret: one.clientSecret }
    case 'microsoft': {
      // Whoever runs a tenant writes what they like into `email`: it proves nothing.
      const issuer = `https://login.microsoftonline.com/${one.tenant}/v2.0`
      return { ...discovered('Microsoft', issuer, false), clientSecret: one.clientSecret }
    }
    case 'apple': {
      const { teamId, keyId, privateKey } = one
      return {
        ...discovered('Apple', one.issuer, true),
        scopes: ['openid', 'email'],
        formPost: true,
        appleKey: { teamId, keyId, privateKey },
      }
    }
    case 'github':
      return {
        name: 'GitHub',
        clientSecret: one.clientSecret,
        source: {
          kind: 'oauth2',
          authorizationEndpoint: `${one.server}/login/oauth/authorize`,
          tokenEndpoint: `${one.server}/login/oauth/access_token`,
          userinfoEndpoint: `${one.api}/user`,
          emailsEndpoint: `${one.api}/user/emails`,
          claims: { id: 'id', email: 'email', emailVerified: 'email_verified' },
        },
        scopes: ['read:user', 'user:email'],
        trustEmail: true,
        profile: { name: 'name', nickname: 'login', picture: 'avatar_url' },
      }
    case 'oidc':
      return { ...discovered(one.name, one.issuer, false), clientSecret: one.clientSecret }
    case 'oauth2': {
      const { authorizationEndpoint, tokenEndpoint, userinfoEndpoint, claims } = one
      return {
        name: one.name,
        clientSecret: one.clientSecret,
        source: { kind: 'oauth2', authorizationEndpoint, tokenEndpoint, userinfoEndpoint, claims },
        scopes: [],
        trustEmail: false,
        profile: OIDC_PROFILE,
      }
    }
  }
}

/** Every address of ours that is called, or that a browser is sent to. */
export function addressesOf({ source }: Pick<Upstream, 'source'>): string[] {
  if (source.kind === 'oidc') return [source.issuer]
  const { authorizationEndpoint, tokenEndpoint, userinfoEndpoint } = source
  return [authorizationEndpoint, tokenEndpoint, userinfoEndpoint]
}

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && !value.includes('#')
}
