// An OpenID provider that signs everybody in at once, and says of them what a test wants: the truth, or one lie.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'

export interface LyingIssuer {
  issuer: string
  /** Who is signed in next: claims of the ID token, over the right ones. */
  says: Record<string, unknown>
  /** What userinfo says beside the sub. */
  tells: Record<string, unknown>
  /** What the authorization endpoint answers, over `code`, `state` and `iss`. */
  answers: Record<string, string>
  lie:
    | 'unsigned'
    | 'other key'
    | 'shared secret'
    | 'public key as secret'
    | 'no nonce'
    | 'no id_token'
    | 'error'
    | 'silence'
    | 'redirect'
    | undefined
  /** What it does at one of its addresses, in the place of an answer, or beside the right one. */
  trouble: { at: string; with: 'flood' | 'drip' | 'nonsense' | 'fault' | 'lie' } | undefined
  /** Every authorization request and token request so far. */
  asked: URLSearchParams[]
  redeemed: URLSearchParams[]
  close(): Promise<void>
}

export async function startLyingIssuer(): Promise<LyingIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const other = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }

  async function idToken(request: URLSearchParams): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const right = {
      iss: self.issuer,
      aud: request.get('client_id')!,
      iat: now,
      exp: now + 300,
      ...(self.lie === 'no nonce' ? {} : { nonce: request.get('nonce')! }),
    }
    const claims: JWTPayload = { ...right, ...self.says }
    if (self.lie === 'unsigned') {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'none' })}.${part(claims)}.`
    }
    const secrets = { 'shared secret': 'theirs', 'public key as secret': JSON.stringify(jwk) }
    const secret = secrets[self.lie as keyof typeof secrets]
    if (secret)
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(new TextEncoder().encode(secret))
    const key = self.lie === 'other key' ? other.privateKey : privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, self.issuer)
    const json = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === self.trouble?.at) return make(self.trouble.with, response)
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return void json({
          issuer: self.issuer,
          authorization_endpoint: `${self.issuer}/authorize`,
          token_endpoint: `${self.issuer}/token`,
          jwks_uri: `${self.issuer}/jwks`,
          userinfo_endpoint: `${self.issuer}/userinfo`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256', 'none'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        })
      case '/authorize': {
        self.asked.push(url.searchParams)
        const back = new URL(url.searchParams.get('redirect_uri')!)
        const right = { code: 'a code', state: url.searchParams.get('state')!, iss: self.issuer }
        back.search = new URLSearchParams({ ...right, ...self.answers }).toString()
        return void response.writeHead(302, { location: back.href }).end()
      }
      case '/token': {
        self.redeemed.push(new URLSearchParams(await text(request)))
        if (self.lie === 'silence') return
        if (self.lie === 'error') return void json({ error: 'invalid_client' }, 401)
        if (self.lie === 'redirect') return void response.writeHead(307, { location: 'http://127.0.0.1:1/token' }).end()
        const token = self.lie === 'no id_token' ? {} : { id_token: await idToken(self.asked.at(-1)!) }
        return void json({ access_token: 'a token', token_type: 'Bearer', expires_in: 60, ...token })
      }
      case '/jwks':
        return void json({ keys: [jwk] })
      case '/userinfo':
        return void json({ sub: self.says.sub, ...self.tells })
      default:
        return void response.writeHead(404).end()
    }
  }

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const self: LyingIssuer = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    says: {},
    tells: {},
    answers: {},
    lie: undefined,
    trouble: undefined,
    asked: [],
    redeemed: [],
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}

/** Says more than anybody reads (packed, it is small), never ends, or says nothing that helps. */
function make(trouble: NonNullable<LyingIssuer['trouble']>['with'], response: ServerResponse): void {
  const json = { 'content-type': 'application/json' }
  switch (trouble) {
    case 'flood':
      return void response
        .writeHead(200, { ...json, 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify({ padding: ' '.repeat(257 * 1024) })))
    case 'drip':
      return void response.writeHead(200, json).write('{')
    case 'nonsense':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to our hotel</h1>')
    case 'fault':
      return void response.writeHead(503, json).end('{}')
    case 'lie':
      return void response.writeHead(200, json).end('{"issuer":"https://accounts.google.com","sub":"somebody else"}')
  }
}
