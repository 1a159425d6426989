// Apple takes a JWT in the place of a client secret, signed by a key of ours (its documentation allows up to six months).
import type { ClientAuth } from 'openid-client'
import type { Upstream } from '../../lib/config/upstreams.ts'

/** Seconds. It is made for one request. */
const LASTS = 300

export function appleSecret(clientId: string, { teamId, keyId, privateKey }: NonNullable<Upstream['appleKey']>) {
  const auth = async ({ issuer }: { issuer: string }, _client: unknown, body: URLSearchParams): Promise<void> => {
    const { SignJWT, importPKCS8 } = await import('jose')
    const secret = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(issuer)
      .setIssuedAt()
      .setExpirationTime(`${LASTS}s`)
      .sign(await importPKCS8(privateKey, 'ES256'))
    body.set('client_id', clientId)
    body.set('client_secret', secret)
  }
  // The library waits for it.
  return auth as unknown as ClientAuth
}
