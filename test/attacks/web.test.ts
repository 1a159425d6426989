// The attacks on sessions and on the pages as web pages. Each test is named by what the attacker does.
import { request as httpRequest, createServer } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { generateKeyPair, SignJWT } from 'jose'
import { expect } from 'chai'
import { ADMIN } from '../../src/core/accounts/accounts.ts'
import { setupRoutes } from '../../src/admin/setup.ts'
import { signInRouters } from '../../src/signin/routes.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { startChild } from '../support/child.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { authorize } from '../support/endpoints.ts'
import { attemptOf, authorization, codeOf, signIn, signUp, tokenRequest } from '../support/flow.ts'
import { linkIn } from '../support/mailbox.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'

describe('attacks on sessions and pages', () => {
  let server: TestServer
  let client: ClientView

  before(async () => {
    server = await startServer({ env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })
    client = await server.register('web', { first_party: true })
  })
  after(() => server.close())

  describe('fixes a session', () => {
    it('preset session cookie, also from subdomain -> __Host-: cookies carry the prefixes that browsers hold to the host', async () => {
      const env = { LATCHKEY_ISSUER: 'https://id.example.com', LATCHKEY_TRUSTED_PROXIES: 'none' }
      const https = await startServer({ env })
      try {
        const app = await https.register('web')
        const at = new URL(authorization({ issuer: `http://localhost:${https.port}` }, app).url)
        const response = await fetch(at, { redirect: 'manual' })
        const cookies = response.headers.getSetCookie()
        expect(cookies.length).to.be.above(1)
        for (const cookie of cookies) {
          expect(cookie)
            .to.match(/^__(Host|Secure)-latchkey_/)
            .and.to.match(/; secure/i)
            .and.to.match(/; httponly/i)
          expect(cookie).to.not.match(/; domain/i)
          if (cookie.startsWith('__Host-')) expect(cookie).to.match(/; path=\/(;|$)/i)
        }
        expect(response.headers.get('location')).to.match(/^(https:\/\/id\.example\.com)?\/signin\//)
        expect(response.headers.get('strict-transport-security')).to.match(/max-age=\d{7,}/)
      } finally {
        await https.close()
      }
    })
  })

  describe('frames a page, or runs something in it', () => {
    /** One answer of every kind of page there is. */
    async function everyPage(): Promise<Record<string, Response>> {
      const { email } = await server.person()
      const app = await server.register('web', { post_logout_redirect_uris: ['http://127.0.0.1:9/bye'] })
      const { visitor, page } = await authorize(server, app)
      const at = attemptOf(page)
      const send = (path: string, fields?: Record<string, string>, by = visitor) =>
        by.send(fields ? 'POST' : 'GET', path, fields)
      const pages: Record<string, Response> = {
        home: await send('/'),
        'no such page': await send('/nothing'),
        identify: await send(at),
        'identify again': await send(`${at}/identify`, { identifier: '' }),
        signup: await send(`${at}/signup`),
        'signup again': await send(`${at}/signup`, { email: '' }),
        cookies: await send(at, undefined, new Visitor(server.issuer)),
        foreign: await visitor.send('POST', `${at}/identify`, { identifier: 'x' }, { origin: 'https://evil.example' }),
        'too large': await send(`${at}/identify`, { identifier: 'x'.repeat(60_000) }),
        'of another type': await visitor.send('POST', `${at}/identify`, '{}', { 'content-type': 'application/json' }),
        'a wrong request': await send('/authorize?client_id=nobody'),
        'no resume': await send('/authorize/nothing'),
        'nobody signed out': await send('/logout/success'),
        'a bad logout': await send('/logout?id_token_hint=x'),
        setup: await send(`/invite/${await server.app.invitations.make([ADMIN])}`),
        'setup gone': await send('/invite/x'),
      }
      const registering = (await authorize(server, app)).visitor
      const form = await authorize(server, app, {}, registering)
      await signUp(registering, form.page, { email: 'frames@example.com' })
      const link = linkIn(await server.mailTo('frames@example.com'))
      pages.verify = await send(attemptOf(form.page), undefined, registering)
      pages.link = await send(link)
      pages['link used'] = await send(link, {})
      pages['link again'] = await send(link)
      await send(`${at}/identify`, { identifier: email })
      pages.password = await send(at)
      pages['password again'] = await send(`${at}/prove/password`, { password: 'wrong' })
      await send(`${at}/prove/password`, { password: PASSWORD })
      pages.consent = await send(at)
      pages['passed already'] = await send(`${at}/prove/password`, { password: PASSWORD })
      const consented = await send(`${at}/consent`, { decision: 'allow' })
      await send(consented.headers.get('location')!)
      pages.finished = await send(at)
      pages.select = await visitor.send(
        'GET',
        (await authorize(server, app, { prompt: 'select_account' }, visitor)).page.url,
      )
      pages.logout = await send('/logout')
      return pages
    }

    it('any page: frame-ancestors none, no script but ours, nothing from elsewhere, and kept by no cache', async () => {
      for (const [name, response] of Object.entries(await everyPage())) {
        const { headers } = response
        expect(headers.get('content-type'), name).to.include('text/html')
        const policy = headers.get('content-security-policy') ?? ''
        for (const part of ["default-src 'none'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
          expect(policy, name).to.include(part)
        expect(policy, name).to.match(/script-src '(?:none|self)';/)
        expect(policy, name).to.not.match(/unsafe|\*|https?:|data:/)
        expect(headers.get('x-frame-options'), name).to.equal('DENY')
        expect(headers.get('x-content-type-options'), name).to.equal('nosniff')
        expect(headers.get('referrer-policy'), name).to.equal('same-origin')
        expect(headers.get('cross-origin-opener-policy'), name).to.equal('same-origin')
        expect(headers.get('permissions-policy'), name).to.include('camera=()')
        expect(headers.has('x-powered-by'), name).to.equal(false)
        expect(headers.has('server'), name).to.equal(false)
        if (name !== 'home') expect(headers.get('cache-control') ?? '', name).to.include('no-store')
        const html = await response.text()
        expect(html, name).to.not.match(
          /<script(?! src="\/assets\/\w+\.js" defer><\/script>)|<iframe|<style|\sstyle=|\son\w+=|javascript:|https?:\/\/(?!localhost|127\.0\.0\.1)/i,
        )
      }
    })

    it('by a logo that names further sources in its address: only its origin is allowed', async () => {
      const logos: [logo: string, allowed: string | undefined][] = [
        ['https://img.example/logo.png', 'https://img.example'],
        ['https://img.example/logo.png; script-src *', 'https://img.example'],
        ['https://user:secret@img.example/x', 'https://img.example'],
      ]
      for (const [logo, allowed] of logos) {
        const app = await server.register('web', { logo_uri: logo }).catch(() => undefined)
        if (!app) continue
        const { page } = await authorize(server, app)
        const policy = page.headers.get('content-security-policy')!
        expect(policy).to.include(`img-src 'self' ${allowed}`).and.to.not.include('script-src *')
        expect(policy).to.not.include('secret')
      }
    })
  })

  describe('posts from another site', () => {
    const nothing = { config: {} } as never
    const routes = [...signInRouters(nothing), setupRoutes(nothing)]
      .flatMap(router => router.stack)
      .filter(({ methods }) => methods.includes('POST'))
      .map(({ path }) => String(path))
    const foreign: Record<string, Record<string, string>> = {
      'another origin': { origin: 'https://evil.example' },
      'another port': { origin: 'http://localhost:1' },
      'a longer host': { origin: 'http://localhost.evil.example' },
      'no origin (null)': { origin: 'null' },
      'a site that the browser names': { 'sec-fetch-site': 'cross-site' },
      'a subdomain that the browser names': { 'sec-fetch-site': 'same-site' },
    }

    it('knows every form of ours', () => {
      expect(routes).to.include('/signin/:uid/identify').and.to.include('/invite/:secret')
      expect(routes.length).to.be.at.least(12)
    })

    for (const [what, headers] of Object.entries(foreign))
      it(`to each of our forms, as ${what}: 403`, async () => {
        const { visitor, page } = await authorize(server, client)
        const uid = attemptOf(page).split('/').at(-1)!
        const invitation = await server.app.invitations.make([ADMIN])
        const paths = [...routes, '/logout/confirm'].map(path =>
          path.replace(':uid', uid).replace(':secret', invitation).replace(':method', 'password').replace(':link', 'x'),
        )
        for (const path of paths) {
          const response = await visitor.send('POST', path, { identifier: 'x' }, headers)
          expect(response.status, path).to.equal(403)
          expect(await response.text()).to.include('This came from another site')
        }
        for (const path of paths.slice(0, -1)) {
          const shouted = path.replace(/^\/\w+/, start => start.toUpperCase())
          expect((await visitor.send('POST', shouted, {}, headers)).status, shouted).to.equal(404)
        }
      })

    it('as a browser that says nothing of where it comes from, or types the address: is let through', async () => {
      const { visitor, page } = await authorize(server, client)
      for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }])
        expect(
          (await visitor.send('POST', `${attemptOf(page)}/identify`, { identifier: 'x-y-z' }, headers)).status,
        ).to.equal(303)
    })
  })

  describe('lies about who and where it is', () => {
    const ask = (path: string, headers: Record<string, string>) =>
      new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
        httpRequest({ host: 'localhost', port: server.port, path, headers, setHost: false }, response => {
          void text(response).then(body => resolve({ status: response.statusCode!, headers: response.headers, body }))
        })
          .on('error', reject)
          .end()
      })
    const lies = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
    }

    it('by Host, X-Forwarded-* or Forwarded: every address stays the issuer’s', async () => {
      const honest = await ask('/.well-known/openid-configuration', { host: `localhost:${server.port}` })
      const lied = await ask('/.well-known/openid-configuration', lies)
      expect(lied.body).to.equal(honest.body)
      const { url } = authorization(server, client)
      const begun = await ask(`${url.pathname}${url.search}`, lies)
      expect(String(begun.headers.location)).to.match(/^\/signin\//)
      expect(JSON.stringify(begun.headers))
        .to.not.include('evil.example')
        .and.to.not.match(/secure/i)
      for (const path of ['/', '/nothing', '/logout']) {
        const page = await ask(path, lies)
        expect(page.body + JSON.stringify(page.headers), path).to.not.include('evil.example')
      }
    })

    it('in the mail that is sent: its link leads to the issuer', async () => {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(authorization(server, client).url)
      const email = 'forwarded@example.com'
      const { host: _host, ...forwarded } = lies
      await visitor.post(`${attemptOf(page)}/signup`, { email, password: PASSWORD }, forwarded)
      expect(linkIn(await server.mailTo(email))).to.match(new RegExp(`^${server.issuer}/signin/`))
    })

    it('about its address: the audit has the one that it came from', async () => {
      const { id, email } = await server.person()
      const visitor = new Visitor(server.issuer)
      const { host: _host, ...forwarded } = lies
      const page = await visitor.open(authorization(server, client).url, forwarded)
      await visitor.post(`${attemptOf(page)}/identify`, { identifier: email }, forwarded)
      await visitor.post(`${attemptOf(page)}/prove/password`, { password: PASSWORD }, forwarded)
      const { items } = await server.app.events.ofAccount(id, { limit: 10 })
      expect(items.map(entry => entry.address)).to.not.include('203.0.113.9')
      expect(items.find(entry => entry.type === 'signin.succeeded')?.address).to.be.oneOf(['127.0.0.1', '::1'])
    })
  })

  describe('sends what no form of ours sends', () => {
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

    it('57 KB, 10,000 fields, deep JSON: 4xx on every form and endpoint, and others are served', async () => {
      const { visitor, page } = await authorize(server, client)
      const bodies: [body: string, headers: Record<string, string>][] = [
        [`x=${'y'.repeat(57 * 1024)}`, urlencoded],
        ['a=&'.repeat(10_000), urlencoded],
        [`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, { 'content-type': 'application/json' }],
        [`x=${'y'.repeat(5 * 1024 * 1024)}`, urlencoded],
      ]
      const paths = ['identify', 'signup', 'prove/password', 'verify', 'consent', 'cancel'].map(
        form => `${attemptOf(page)}/${form}`,
      )
      for (const path of [
        ...paths,
        '/invite/x',
        '/token',
        '/introspect',
        '/revoke',
        '/par',
        '/logout',
        '/logout/confirm',
      ])
        for (const [body, headers] of bodies) {
          const status = await visitor.send('POST', path, body, headers).then(
            response => response.status,
            // A server may hang up on a sender of megabytes.
            () => 413,
          )
          expect(status, `${path}, ${body.length} bytes`).to.be.within(400, 499)
        }
      expect((await fetch(`${server.issuer}/readyz`)).status).to.equal(200)
    })

    it('headers and bodies that never end: the server has a time for each', () => {
      expect(server.server.headersTimeout).to.be.within(1, 30_000)
      expect(server.server.requestTimeout).to.be.within(1, 60_000)
    })

    it('slowhttptest: 200 requests of which half is sent -> others are served beside them', async () => {
      const half = 'POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
      const sockets = Array.from({ length: 200 }, (_, at) => {
        const socket = connect(server.port, 'localhost').on('error', () => {})
        socket.write(at % 2 ? half : `${half}Content-Length: 50000\r\n\r\ngrant_type=`)
        return socket
      })
      await Promise.all(sockets.map(socket => once(socket, 'connect')))
      expect((await fetch(`${server.issuer}/readyz`)).status).to.equal(200)
      const { page } = await authorize(server, client)
      expect(page.html).to.include('name="identifier"')
      for (const socket of sockets) socket.destroy()
    })

    it('what is no HTTP: hung up on, and others are served', async () => {
      for (const garbage of [
        '\0\0\0\r\n\r\n',
        'GET / HTTP/9\r\n\r\n',
        'POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ]) {
        const socket = connect(server.port, 'localhost')
        socket.end(garbage)
        const answer = await text(socket)
        expect(answer).to.match(/^(HTTP\/1\.1 4\d\d|$)/)
      }
      expect((await fetch(`${server.issuer}/readyz`)).status).to.equal(200)
    })
  })

  it('sends line breaks and terminal codes in every field: one structured line each, and nothing forged', async () => {
    const file = join(server.env.LATCHKEY_DATA_DIR!, 'attacked.log')
    const child = await startChild({
      ...server.env,
      LATCHKEY_PORT: '0',
      LATCHKEY_LOG_LEVEL: 'debug',
      LATCHKEY_LOG_FILE: file,
    })
    try {
      const hostile = 'x\r\n{"log.level":"error","message":"forged"}\u001b[2J\u009b31m\u2028\u0000'
      const { visitor, page } = await authorize(child, client)
      const at = attemptOf(page)
      await visitor.send('POST', `${at}/identify`, { identifier: hostile, [hostile]: hostile })
      await visitor.send('POST', `${at}/prove/password`, { password: hostile })
      await visitor.send('POST', `${at}/signup`, {
        email: `${hostile}@example.com`,
        username: hostile,
        name: hostile,
        password: hostile,
      })
      await visitor.send(
        'GET',
        `/authorize?${new URLSearchParams({ client_id: hostile, redirect_uri: hostile, state: hostile })}`,
      )
      await visitor.send('GET', `/logout?${new URLSearchParams({ id_token_hint: hostile, client_id: hostile })}`)
      await visitor.send('GET', `/signin/${encodeURIComponent(hostile)}`)
      await tokenRequest(child, client, { grant_type: hostile, code: hostile })
      const log = readFileSync(file, 'utf8')
      expect(log).to.match(/^[\x20-\x7e\n\u00a0-\uffff]*$/)
      const lines = log
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Record<string, unknown>)
      expect(lines.filter(({ message }) => message === 'forged')).to.deep.equal([])
      expect(lines.filter(line => line['log.level'] === 'error' || line['log.level'] === 'warn')).to.deep.equal([])
      expect(lines.filter(({ message }) => /refused/.test(String(message))).length).to.be.at.least(6)
    } finally {
      await child.stop()
    }
  })

  describe('makes the server call inwards', () => {
    /** What is asked of a server inside by what apps at these hosts have registered, where these networks are open. */
    async function callsInside(hosts: string[], allowNetworks: string): Promise<string[]> {
      const calls: string[] = []
      const inside = createServer((request, response) => {
        calls.push(request.url!)
        response.writeHead(302, { location: '/elsewhere', 'content-type': 'application/json' }).end('{"keys":[]}')
      }).listen(0, '127.0.0.1')
      await once(inside, 'listening')
      const { port } = inside.address() as AddressInfo
      const { privateKey } = await generateKeyPair('ES256')
      const by = await startServer({ jobs: false, env: { LATCHKEY_ALLOW_NETWORKS: allowNetworks } })
      const { id, email } = await by.person()
      const visitor = new Visitor(by.issuer)
      for (const host of hosts) {
        const app = await by.register('web', {
          first_party: true,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: `http://${host}:${port}/jwks`,
          backchannel_logout_uri: `http://${host}:${port}/logout`,
        })
        const { page } = await authorize(by, app, {}, visitor)
        codeOf(page.html.includes('name="identifier"') ? await signIn(visitor, page, email) : page)
        const now = Math.floor(Date.now() / 1000)
        const claims = { iss: app.client_id, sub: app.client_id, aud: by.issuer, iat: now, exp: now + 60 }
        const assertion = await new SignJWT({ ...claims, jti: crypto.randomUUID() })
          .setProtectedHeader({ alg: 'ES256', kid: 'k' })
          .sign(privateKey)
        const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
        const fields = { token: 'x', client_assertion_type: type, client_assertion: assertion }
        const { status } = await tokenRequest(by, { client_id: app.client_id }, fields, '/introspect')
        expect(status, host).to.be.within(400, 499)
      }
      await by.app.sessions.endEverywhere(id, 'revoked', {})
      const job = by.app.jobs.find(({ name }) => name === 'send-logouts')!
      // Each was tried once as the sessions ended, and is due again within a minute.
      let missed = 0
      for (let rounds = 0; rounds < 10 && missed < hosts.length; rounds += 1) {
        moveClock(60_000)
        missed += Number(/^0 apps told, (\d+) not reached$/.exec((await job.run()) ?? '')?.[1])
      }
      expect(missed, 'logouts that did not arrive').to.be.at.least(hosts.length)
      resetClock()
      await by.close()
      inside.close()
      return calls
    }

    it('SSRF: jwks, logout to every spelling of the loopback -> blocked, nothing is called', async () => {
      const names = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost', '0.0.0.0']
      expect(await callsInside([...names, '[::1]', '[::ffff:127.0.0.1]'], 'none')).to.deep.equal([])
    })

    it('SSRF: a redirect -> not followed, also where the operator opened the network', async () => {
      const calls = new Set(await callsInside(['127.0.0.1'], '127.0.0.0/8'))
      expect(calls).to.deep.equal(new Set(['/jwks', '/logout']))
    })
  })
})
