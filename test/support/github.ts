// A server shaped as GitHub's: OAuth 2.0 alone, numeric ids, addresses in a list of their own, and tokens as a form unless
// JSON is asked for.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface GitHubServer {
  url: string
  /** Who is signed in next. */
  user: Record<string, unknown>
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[]
  /** Whether the person says no. */
  declines: boolean
  close(): Promise<void>
}

export const GITHUB_SECRET = 'the secret of the app at GitHub'

export async function startGitHub(): Promise<GitHubServer> {
  const codes = new Map<string, { challenge: string; redirectUri: string }>()
  const tokens = new Set<string>()

  function authorize(query: URLSearchParams): string {
    const back = new URL(query.get('redirect_uri')!)
    back.searchParams.set('state', query.get('state')!)
    if (self.declines) {
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', 'The user has denied your application access.')
      return back.href
    }
    const code = randomBytes(10).toString('hex')
    codes.set(code, { challenge: query.get('code_challenge')!, redirectUri: query.get('redirect_uri')! })
    back.searchParams.set('code', code)
    return back.href
  }

  /** Errors are 200 there too. */
  function redeem(form: URLSearchParams): Record<string, string> {
    const code = form.get('code') ?? ''
    const known = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (form.get('client_secret') !== GITHUB_SECRET) return { error: 'incorrect_client_credentials' }
    if (known?.challenge !== challenge || known.redirectUri !== form.get('redirect_uri'))
      return { error: 'bad_verification_code' }
    const token = `gho_${randomBytes(10).toString('hex')}`
    tokens.add(token)
    return { access_token: token, scope: 'read:user,user:email', token_type: 'bearer' }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, self.url)
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    if (url.pathname === '/login/oauth/authorize') {
      response.writeHead(302, { location: authorize(url.searchParams) }).end()
      return
    }
    if (url.pathname === '/login/oauth/access_token') {
      const body = redeem(new URLSearchParams(await text(request)))
      if (request.headers.accept?.includes('application/json')) json(body)
      else
        response
          .writeHead(200, { 'content-type': 'application/x-www-form-urlencoded' })
          .end(new URLSearchParams(body).toString())
      return
    }
    const bearer = /^bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    // Its API answers nobody without a User-Agent.
    if (!request.headers['user-agent']) json({ message: 'Request forbidden by administrative rules.' }, 403)
    else if (!tokens.has(bearer)) json({ message: 'Bad credentials' }, 401)
    else if (url.pathname === '/user') json(self.user)
    else if (url.pathname === '/user/emails') json(self.emails)
    else json({ message: 'Not Found' }, 404)
  }

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const self: GitHubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    user: { id: 583231, login: 'octocat', name: 'Mona Lisa', email: null, avatar_url: 'https://example.com/o.png' },
    emails: [],
    declines: false,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return self
}
