// Every route there is, ours and the provider's: what each answer carries, and what is refused at the door.
import { expect } from 'chai'
import { request } from 'node:http'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { routes as providerRoutes } from '../../src/oidc/rules.ts'
import { authorize } from '../support/endpoints.ts'
import { startServer, type TestServer } from '../support/server.ts'
import type { Visitor } from '../support/visitor.ts'

const ASSETS = join(import.meta.dirname, '../../views/assets')
const HTTPS = 'https://id.example.test'
/** Our own pages, as far as forms are posted to them. */
const OWN = /^\/(signin|invite|account|magic|recover|not-me|api)\/|^\/(account|signup|recover|magic|language|not-me)$/
const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE']

interface Route {
  method: string
  path: string
}

interface Answer {
  status: number
  headers: Record<string, string | undefined>
  body: string
}

/** Where else than at the issuer a request may claim to be. */
const LIES = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'ftp',
  'x-forwarded-port': '666',
  forwarded: 'host=evil.example;proto=ftp',
}

for (const issuer of [undefined, HTTPS]) {
  describe(`every route, on an ${issuer ? 'https' : 'http'} issuer`, () => {
    let server: TestServer
    let visitor: Visitor
    let uid: string
    let routes: Route[]

    before(async () => {
      const staging = { LATCHKEY_ENV: 'staging', LATCHKEY_TRUSTED_PROXIES: 'none', LATCHKEY_ISSUER: HTTPS }
      server = await startServer({ env: issuer ? staging : {} })
      const client = await server.register('web')
      const begun = await authorize(server, client)
      visitor = begun.visitor
      uid = begun.page.url.pathname.split('/')[2]!
      routes = everyRoute(await server.app.invitations.make(['admin']))
    })
    after(() => server.close())

    function everyRoute(invitation: string): Route[] {
      const own = server.app.pageRoutes.flatMap(({ path, methods }) =>
        methods.map(method => ({ method, path: String(path) })),
      )
      const { authorization, end_session: logout, registration, ...rest } = providerRoutes
      const endpoints = Object.values(rest).flatMap(path =>
        ['GET', 'POST', 'OPTIONS'].map(method => ({ method, path })),
      )
      const pages = [authorization, `${authorization}/:uid`, logout, `${logout}/confirm`, `${logout}/success`]
      const gets = [
        '/',
        '/healthz',
        '/readyz',
        '/favicon.ico',
        '/nothing/of/the/kind',
        '/.well-known/openid-configuration',
        '/.well-known/oauth-authorization-server',
        registration,
        ...readdirSync(ASSETS).map(name => `/assets/${name}`),
      ]
      const all = [
        ...own,
        ...endpoints,
        ...pages.flatMap(path => ['GET', 'HEAD', 'POST'].map(method => ({ method, path }))),
        ...gets.flatMap(path => ['GET', 'HEAD', 'POST'].map(method => ({ method, path }))),
      ]
      const values = { uid, method: 'password', link: 'x', token: 'x', upstream: 'x', secret: invitation }
      return all.map(({ method, path }) => ({
        method,
        path: path.replace(/:(\w+)/g, (_, name: keyof typeof values) => values[name]),
      }))
    }

    /** One request over the wire, lying about its host, so that nothing of ours can have come from there. */
    function ask({ method, path }: Route, headers: Record<string, string> = {}): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const name = `${issuer ? '__Secure-' : ''}latchkey_signin`
        const cookie = [name, `${name}.sig`].map(one => `${one}=${visitor.cookie(one)}`).join('; ')
        const own = { accept: 'text/html', cookie, origin: issuer ?? server.issuer, ...LIES, ...headers }
        const options = { host: 'localhost', port: server.port, method, path, headers: own, setHost: false }
        request(options, response => {
          text(response).then(
            body => resolve({ status: response.statusCode!, headers: response.headers as Answer['headers'], body }),
            reject,
          )
        })
          .on('error', reject)
          .end()
      })
    }

    it('are known to this test: what discovery names, and the forms of a sign-in', async () => {
      const known = new Set(routes.map(({ path }) => path))
      const { body } = await ask({ method: 'GET', path: '/.well-known/openid-configuration' })
      const named = Object.entries(JSON.parse(body) as Record<string, unknown>)
        .filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
        .map(([, address]) => new URL(String(address)))
      expect(named.length).to.be.at.least(8)
      for (const address of named) {
        expect(address.origin).to.equal(issuer ?? server.issuer)
        expect([...known], address.pathname).to.include(address.pathname)
      }
      for (const path of ['identify', 'prove/password', 'consent', 'cancel'])
        expect([...known]).to.include(`/signin/${uid}/${path}`)
      expect(routes.length).to.be.above(60)
    })

    it('carry the security headers, whatever they answer', async () => {
      for (const route of routes) {
        const { status, headers } = await ask(route)
        const where = `${route.method} ${route.path}: ${status}`
        expect(status, where).to.be.below(500)
        expect(headers, where).to.include({
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
          'x-frame-options': 'DENY',
        })
        // Where the address itself is a secret, not even our own pages are told of it.
        const secret = /\/(link|reset|magic|stop|finish|not-me)(\/|$)/.test(route.path)
        expect(headers['referrer-policy'], where).to.be.oneOf(secret ? ['same-origin', 'no-referrer'] : ['same-origin'])
        expect(headers['permissions-policy'], where).to.match(/camera=\(\).*geolocation=\(\)/)
        const hsts = headers['strict-transport-security']
        if (issuer) expect(hsts, where).to.match(/^max-age=63072000; includeSubDomains/)
        else expect(hsts, where).to.equal(undefined)
        for (const name of ['server', 'x-powered-by', 'x-aspnet-version'])
          expect(headers, where).to.not.have.property(name)
      }
    })

    it('have a policy that lets nothing run but scripts of ours, on each answer and so on each page', async () => {
      let pages = 0
      for (const route of routes) {
        const { headers, body } = await ask(route)
        const where = `${route.method} ${route.path}`
        const policy = new Map(
          headers['content-security-policy']?.split(/; */).map(part => [part.split(' ')[0]!, part] as const),
        )
        expect(policy.get('default-src'), where).to.equal("default-src 'none'")
        const scripts = policy.get('script-src') ?? policy.get('default-src')
        expect(scripts, where).to.be.oneOf(["script-src 'none'", "script-src 'self'"])
        expect(policy.get('frame-ancestors'), where).to.equal("frame-ancestors 'none'")
        expect(policy.get('base-uri'), where).to.equal("base-uri 'none'")
        expect(headers['content-security-policy'], where).to.not.match(/unsafe|\*|data:/)
        if (!headers['content-type']?.startsWith('text/html') || !body) continue
        pages += 1
        const loaded = body.replace(/<script src="\/assets\/[\w-]+\.js" defer><\/script>/g, '')
        expect(loaded !== body, where).to.equal(scripts === "script-src 'self'")
        expect(loaded, where).to.not.match(/<script|<style|\sstyle=|\son\w+=/i)
        // A page with a form either stays with us by its policy, or leads to an app.
        if (!policy.has('form-action')) expect(route.path, where).to.match(/^\/(signin|authorize|logout|magic|recover)/)
      }
      expect(pages).to.be.above(20)
    })

    it('take their own address from the configured issuer, never from a request', async () => {
      for (const route of routes) {
        const { headers, body } = await ask(route)
        expect(JSON.stringify(headers) + body, `${route.method} ${route.path}`).to.not.match(/evil\.example|ftp:|:666/)
      }
    })

    it('of our pages refuse every unsafe request of another origin', async () => {
      const foreign: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'nonsense' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `${issuer ?? server.issuer}.evil.example` },
        { origin: `${issuer ?? server.issuer}:1` },
        // Where the request says that it is: what it claims counts for nothing.
        { origin: 'http://evil.example', host: 'evil.example' },
      ]
      const own = new Set(['/logout/confirm', ...routes.map(({ path }) => path).filter(path => OWN.test(path))])
      expect(own.size).to.be.above(12)
      for (const path of own)
        for (const method of UNSAFE)
          for (const headers of foreign) {
            const { status, body } = await ask({ method, path }, headers)
            expect(status, `${method} ${path} ${JSON.stringify(headers)}`).to.equal(403)
            expect(body).to.include('This came from another site')
          }
    })

    it('of our pages take what their own origin sends, and answer reads from anywhere', async () => {
      const identify = { method: 'POST', path: `/signin/${uid}/identify` }
      const own = { origin: issuer ?? server.issuer, 'content-type': 'application/x-www-form-urlencoded' }
      for (const headers of [own, { ...own, 'sec-fetch-site': 'same-origin' }])
        expect((await ask(identify, headers)).status).to.be.oneOf([303, 400])
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }] as Record<
        string,
        string
      >[])
        expect((await ask({ method: 'GET', path: `/signin/${uid}` }, headers)).status).to.equal(200)
    })

    it('of our pages have no methods beside those that they name', async () => {
      const own = new Set(routes.map(({ path }) => path).filter(path => OWN.test(path)))
      for (const path of own)
        for (const method of ['PUT', 'PATCH', 'DELETE']) {
          const { status } = await ask({ method, path })
          expect(status, `${method} ${path}`).to.be.oneOf([404, 405, 501])
        }
    })

    it('of the provider have one spelling: capitals, or a slash at the end, lead nowhere', async () => {
      const own = new Set(
        routes.map(({ path }) => path).filter(path => !OWN.test(path) && !/^\/assets\/|^\/$/.test(path)),
      )
      expect([...own]).to.include.members(['/authorize', '/logout/confirm', '/.well-known/openid-configuration'])
      for (const path of own) {
        const [, first = ''] = path.split('/')
        for (const other of [path.replace(first, first.toUpperCase()), `${path}/`, path.toUpperCase()])
          for (const method of ['GET', 'POST']) {
            const { status, headers } = await ask({ method, path: other }, { origin: 'https://evil.example' })
            expect(status, `${method} ${other}`).to.equal(404)
            expect(headers['content-type']).to.equal('text/html; charset=utf-8')
          }
      }
    })

    it('take the id of a sign-in as it is written, capitals included', async () => {
      const { status, headers } = await ask({ method: 'GET', path: '/authorize/An-Id-With-CAPITALS' })
      expect([status, headers['content-security-policy']]).to.satisfy(
        ([code, policy]: [number, string]) => code === 400 && !policy.includes('form-action'),
      )
    })
  })
}
