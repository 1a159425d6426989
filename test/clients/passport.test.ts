// passport-openidconnect in an Express app, as many apps have it: without PKCE, so the client is registered without.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { expect } from 'chai'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-openidconnect'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { introspect } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { allow, signIn } from '../support/flow.ts'
import { freePort } from '../support/ports.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

interface User {
  id: string
  email?: string
  idToken: string
  accessToken: string
  refreshToken?: string
}

describe('passport-openidconnect', () => {
  eachEngine((_name, openUrl) => {
    let server: TestServer
    let app: Server
    let appUrl: string
    let client: ClientView
    let person: { id: string; email: string }

    before(async () => {
      server = await startServer({ store: await openUrl() })
      person = await server.person()
      appUrl = `http://127.0.0.1:${await freePort()}`
      client = await server.register('web', {
        redirect_uris: [`${appUrl}/callback`],
        post_logout_redirect_uris: [`${appUrl}/`],
        require_pkce: false,
      })
      app = await startApp(server.issuer, appUrl, client)
    })
    after(async () => {
      app?.close()
      app?.closeAllConnections()
      await server?.close()
    })

    async function login(browser: Visitor, visitor: Visitor) {
      const { url } = await browser.open(`${appUrl}/login`)
      expect(url.origin).to.equal(server.issuer)
      const page = await allow(visitor, await signIn(visitor, await visitor.open(url), person.email))
      return page.url
    }
    const me = async (browser: Visitor) => JSON.parse((await browser.open(`${appUrl}/me`)).html) as User | null

    it('signs a person in, knows them by userinfo, and signs them out', async () => {
      const [browser, visitor] = [new Visitor(appUrl), new Visitor(server.issuer)]
      await browser.open(await login(browser, visitor))
      const user = (await me(browser))!
      expect(user).to.include({ id: person.id, email: person.email })
      expect((await introspect(server, client, user.accessToken)).body.active).to.equal(true)
      expect(user.refreshToken).to.be.a('string')

      const { url } = await browser.open(`${appUrl}/logout`)
      const left = await visitor.submit(await visitor.open(url), '/logout/confirm', { logout: 'yes' })
      expect(left.url.href).to.equal(`${appUrl}/`)
      expect(await me(browser)).to.equal(null)
      expect((await introspect(server, client, user.accessToken)).body.active).to.equal(false)
    })

    it('takes no answer that another browser began', async () => {
      const callback = await login(new Visitor(appUrl), new Visitor(server.issuer))
      const other = new Visitor(appUrl)
      await other.open(callback)
      expect(await me(other)).to.equal(null)
    })

    it('without the opt-out, its request is refused, and the app is told why', async () => {
      await server.app.clients.update(client.client_id, { require_pkce: true })
      const { url } = await new Visitor(appUrl).open(`${appUrl}/login`)
      const page = await new Visitor(server.issuer).open(url)
      expect(page.url.origin).to.equal(appUrl)
      expect(page.url.searchParams.get('error')).to.equal('invalid_request')
      expect(page.url.searchParams.get('error_description')).to.include('PKCE')
      await server.app.clients.update(client.client_id, { require_pkce: false })
    })
  })
})

async function startApp(issuer: string, appUrl: string, client: ClientView): Promise<Server> {
  const authenticator = new passport.Passport()
  authenticator.use(
    new Strategy(
      {
        issuer,
        authorizationURL: `${issuer}/authorize`,
        tokenURL: `${issuer}/token`,
        userInfoURL: `${issuer}/userinfo`,
        clientID: client.client_id,
        clientSecret: client.client_secret!,
        callbackURL: `${appUrl}/callback`,
        scope: ['profile', 'email'],
        skipUserProfile: false,
      },
      (_issuer, profile, _context, idToken, accessToken, refreshToken, _params, done) =>
        done(null, { id: profile.id, email: profile.emails?.[0]?.value, idToken, accessToken, refreshToken }),
    ),
  )
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user: Express.User, done) => done(null, user))

  const app = express()
  app.use(session({ secret: 'of this test', resave: false, saveUninitialized: false }))
  app.use(authenticator.session())
  app.get('/login', authenticator.authenticate('openidconnect'))
  app.get('/callback', authenticator.authenticate('openidconnect', { failureRedirect: '/', successRedirect: '/' }))
  app.get('/me', (request, response) => void response.json(request.user ?? null))
  app.get('/', (_request, response) => void response.send('home'))
  app.get('/logout', (request, response, next) => {
    const { idToken } = request.user as User
    request.logout(error => {
      if (error) return next(error)
      const bye = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${appUrl}/` })
      response.redirect(`${issuer}/logout?${bye}`)
    })
  })
  const { hostname, port } = new URL(appUrl)
  const listening = app.listen(Number(port), hostname)
  await once(listening, 'listening')
  return listening
}
