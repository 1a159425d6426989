// A server shaped as Apple's: it answers by a form that its own page posts to us, takes a JWT in the place of a client
// secret, says `email_verified` as text, gives no `iss` beside the code, and tells the name once, beside the code.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from 'jose'

export interface AppleServer {
  /** The entry of the configuration for it. */
  entry: Record<string, string>
  /** Who is signed in next. */
  user: { sub: string; email: string }
  /** What was wrong with requests. */
  complaints: string[]
  close(): Promise<void>
}

const CLIENT = { clientId: 'com.example.signin', teamId: 'TEAM123456', keyId: 'KEY1234567' }

export async function startApple(): Promise<AppleServer> {
  const own = await generateKeyPair('RS256')
  const ours = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'apple-1', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, URLSearchParams>()
  let issuer = ''

  function authorize(query: URLSearchParams): string {
    if (query.get('response_mode') !== 'form_post') self.complaints.push('response_mode must be form_post')
    const code = randomBytes(10).toString('hex')
    codes.set(code, query)
    const user = JSON.stringify({ name: { firstName: 'Rosa', lastName: 'Lindqvist' }, email: self.user.email })
    const fields = { code, state: query.get('state')!, user }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}">`,
    )
    return `<!doctype html><title>Apple</title><h1>Sign in with your Apple Account</h1>
      <form method="post" action="${query.get('redirect_uri')}">${inputs.join('')}<button>Continue</button></form>`
  }

  async function redeem(form: URLSearchParams): Promise<Record<string, unknown>> {
    const asked = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    if (!asked || asked.get('redirect_uri') !== form.get('redirect_uri')) return { error: 'invalid_grant' }
    const rules = { issuer: CLIENT.teamId, subject: CLIENT.clientId, audience: issuer, algorithms: ['ES256'] }
    const { protectedHeader } = await jwtVerify(form.get('client_secret') ?? '', ours.publicKey, rules)
    if (protectedHeader.kid !== CLIENT.keyId) self.complaints.push('the client secret names no key of ours')
    const claims = { ...self.user, email_verified: 'true', nonce: asked.get('nonce')!, nonce_supported: true }
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: jwk.kid }).setIssuer(issuer)
    const idToken = await token.setAudience(CLIENT.clientId).setIssuedAt().setExpirationTime('10m').sign(own.privateKey)
    return { access_token: 'a.token', token_type: 'Bearer', expires_in: 3600, id_token: idToken }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, issuer)
    const json = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json;charset=ISO-8859-1' }).end(JSON.stringify(body))
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return void json({
          issuer,
          authorization_endpoint: `${issuer}/auth/authorize`,
          token_endpoint: `${issuer}/auth/token`,
          jwks_uri: `${issuer}/auth/keys`,
          response_types_supported: ['code'],
          response_modes_supported: ['query', 'fragment', 'form_post'],
          subject_types_supported: ['pairwise'],
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ['client_secret_post'],
        })
      case '/auth/authorize':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end(authorize(url.searchParams))
      case '/auth/token': {
        const body = await redeem(new URLSearchParams(await text(request)))
        return void json(body, 'error' in body ? 400 : 200)
      }
      case '/auth/keys':
        return void json({ keys: [jwk] })
      default:
        return void response.writeHead(url.pathname === '/favicon.ico' ? 204 : 404).end()
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      self.complaints.push(String(error))
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: AppleServer = {
    entry: { kind: 'apple', id: 'apple', issuer, ...CLIENT, privateKey: await exportPKCS8(ours.privateKey) },
    user: { sub: '', email: '' },
    complaints: [],
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}
