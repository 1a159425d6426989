// Who somebody is, where there is no ID token: what an API says to the access token (OAuth 2.0 alone, such as GitHub).
import type { Configuration } from 'openid-client'
import { z } from 'zod'
import type { Upstream } from '../../lib/config/upstreams.ts'
import { subject, type Identity } from './person.ts'

type OAuthSource = Extract<Upstream['source'], { kind: 'oauth2' }>

const object = z.record(z.string(), z.unknown())
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }))

export async function readUserinfo(source: OAuthSource, client: Configuration, token: string): Promise<Identity> {
  const claims = object.parse(await ask(client, token, source.userinfoEndpoint))
  const address = source.emailsEndpoint
    ? primaryOf(emails.parse(await ask(client, token, source.emailsEndpoint)))
    : { email: claims[source.claims.email], email_verified: claims[source.claims.emailVerified] }
  return {
    issuer: source.tokenEndpoint,
    subject: subject.parse(claims[source.claims.id]),
    claims: { ...claims, ...address },
  }
}

function primaryOf(all: z.output<typeof emails>): Record<string, unknown> {
  const primary = all.find(one => one.primary)
  return { email: primary?.email, email_verified: primary?.verified }
}

async function ask(client: Configuration, token: string, address: string): Promise<unknown> {
  const { fetchProtectedResource } = await import('openid-client')
  const headers = new Headers({ accept: 'application/json' })
  const response = await fetchProtectedResource(client, token, new URL(address), 'GET', undefined, headers)
  if (!response.ok) throw Object.assign(new Error('the userinfo was not answered'), { status: response.status })
  return response.json()
}
