// Acme Notes, a small relying party: people sign in by OpenID Connect, with the code flow and PKCE.
// Everything about the protocol is in this file and provider.ts; pages.ts is only looks.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import session from 'express-session'
import * as client from 'openid-client'
import { describeError } from './errors.ts'
import { errorPage, signedInPage, signedOutPage } from './pages.ts'
import { connectProvider, type Provider, type ProviderOptions } from './provider.ts'
import { keepTokens, type SignedIn } from './signed-in.ts'

export interface ExampleOptions extends ProviderOptions {
  port: number
}

declare module 'express-session' {
  interface SessionData {
    /** Sign-ins under way, one for each tab. */
    pending?: { state: string; nonce: string; codeVerifier: string }[]
    signedIn?: SignedIn
    notice?: string
  }
}

/**
 * Starts the app on http://localhost:PORT. The provider has to know `/callback` there as a redirect URI, and `/` as a
 * post-logout redirect URI.
 */
export async function startExample(options: ExampleOptions): Promise<{ url: string; close(): Promise<void> }> {
  const app = express()
  const server = app.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://localhost:${port}`
  addRoutes(app, url, connectProvider(options), options.issuer)

  const close = async () => {
    server.closeAllConnections()
    await promisify(server.close.bind(server))()
  }
  return { url, close }
}

function addRoutes(app: Express, url: string, provider: Provider, issuer: string): void {
  const redirectUri = `${url}/callback`
  app.disable('x-powered-by')
  app.use(
    session({
      // Cookies do not tell ports apart: a name of our own keeps it clear of other servers on localhost.
      name: 'acme-notes',
      secret: randomBytes(32).toString('hex'),
      // `lax`, not `strict`: the provider's redirect back to us comes from another site, and needs the cookie.
      cookie: { httpOnly: true, sameSite: 'lax', secure: url.startsWith('https:') },
      resave: false,
      saveUninitialized: false,
    }),
  )

  for (const file of ['style.css', 'icon.svg']) {
    app.get(`/${file}`, (_req, res) => {
      res.type(file).send(readFileSync(new URL(file, import.meta.url)))
    })
  }

  app.get('/', async (req, res) => {
    const { signedIn, notice } = req.session
    delete req.session.notice
    res.send(signedIn ? signedInPage(signedIn, await askUserInfo(signedIn), notice) : signedOutPage(issuer, notice))
  })

  app.get('/sign-in', (req, res) => startSignIn(req, res))
  // OpenID Connect's "Initiating User Registration": the provider opens its registration page first.
  app.get('/sign-up', (req, res) => startSignIn(req, res, { prompt: 'create' }))

  async function startSignIn(req: Request, res: Response, extra: Record<string, string> = {}): Promise<void> {
    const state = client.randomState()
    const nonce = client.randomNonce()
    const codeVerifier = client.randomPKCECodeVerifier()
    const authorizationUrl = client.buildAuthorizationUrl(await provider.configuration(), {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...extra,
    })
    req.session.pending = [...(req.session.pending ?? []), { state, nonce, codeVerifier }].slice(-5)
    res.redirect(303, authorizationUrl.href)
  }

  app.get('/callback', async (req, res) => {
    const callbackUrl = new URL(req.originalUrl, url)
    const { pending: underWay = [] } = req.session
    const pending = underWay.find(({ state }) => state === callbackUrl.searchParams.get('state'))
    if (!pending) throw new Error('This sign-in was not started in this browser, or it is finished already.')

    // Checks state, nonce, issuer and signature, and throws when the provider answered with an error.
    const tokens = await client.authorizationCodeGrant(await provider.configuration(), callbackUrl, {
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      pkceCodeVerifier: pending.codeVerifier,
    })

    // A new session id, so that nobody who knew the old one is signed in along with this person.
    await promisify(req.session.regenerate.bind(req.session))()
    req.session.signedIn = keepTokens(tokens)
    req.session.pending = underWay.filter(other => other !== pending)
    res.redirect(303, '/')
  })

  app.post('/refresh', async (req, res) => {
    const { signedIn } = req.session
    if (signedIn?.refreshToken) {
      const tokens = await client.refreshTokenGrant(await provider.configuration(), signedIn.refreshToken)
      req.session.signedIn = keepTokens(tokens, signedIn)
      req.session.notice = 'Tokens refreshed.'
    }
    res.redirect(303, '/')
  })

  app.post('/sign-out', async (req, res) => {
    const { signedIn } = req.session
    const configuration = await provider.configuration()
    await promisify(req.session.destroy.bind(req.session))()
    if (!signedIn) return res.redirect(303, '/')
    // RP-Initiated Logout: ends the session at the provider too, which then sends the browser back to us.
    const parameters = { id_token_hint: signedIn.idToken, post_logout_redirect_uri: `${url}/` }
    res.redirect(303, client.buildEndSessionUrl(configuration, parameters).href)
  })

  /** What the provider says of the person now; an error when the access token has expired or was revoked. */
  async function askUserInfo({ accessToken, claims }: SignedIn): Promise<Record<string, unknown> | Error> {
    try {
      return await client.fetchUserInfo(await provider.configuration(), accessToken, claims.sub)
    } catch (error) {
      return describeError(error)
    }
  }

  // Express knows an error handler by its four parameters.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    if (!(error instanceof client.AuthorizationResponseError)) provider.forget()
    const described = describeError(error)
    res.status(described.status).send(errorPage(described, req.session?.signedIn !== undefined))
  })
}

if (import.meta.main) {
  const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT } = process.env
  if (!ISSUER || !CLIENT_ID) {
    console.error('Set ISSUER and CLIENT_ID (and CLIENT_SECRET, unless the client is public). See README.md beside me.')
    process.exit(1)
  }
  const options = { issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, port: Number(PORT ?? 3001) }
  const { url } = await startExample(options)
  console.log(`Acme Notes is at ${url}`)
}
