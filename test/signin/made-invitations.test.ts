// Links to make an account by that an administrator hands over: `latchkey users link --purpose invite`.
import { expect } from 'chai'
import type { Invitation } from '../../src/core/links/invitations.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import type { Page } from '../../src/storage/port.ts'
import { askWorker } from '../cli/cli.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { answerOf, authorize } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { PASSWORD, startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

const START = 'https://app.example/start'

eachEngine((_name, openUrl) => {
  describe('a link to make an account that an administrator made', () => {
    let server: TestServer
    let app: ClientView
    afterEach(async () => {
      resetClock()
      await server?.close()
    })

    async function begin(env: Record<string, string>): Promise<void> {
      server = await startServer({ store: await openUrl(), env })
      app = await server.register('web', { first_party: true, initiate_login_uri: START })
    }
    const latchkey = (...args: string[]) => askWorker([...args, '--json'], server.env)
    const make = (email: string, ...more: string[]) =>
      latchkey('users', 'link', '--purpose', 'invite', '--email', email, '--client', app.client_id, ...more)
    const made = async (email: string, ...more: string[]) => {
      const { code, stdout, stderr } = await make(email, ...more)
      expect(code, stderr).to.equal(0)
      return JSON.parse(stdout) as Invitation & { link: string }
    }

    /** From the link, by way of the app, to the end of the registration. */
    async function accept(link: string) {
      const visitor = new Visitor(server.issuer)
      const away = await visitor.submit(await visitor.open(link), new URL(link).pathname)
      expect(away.url.href).to.equal(`${START}?iss=${encodeURIComponent(server.issuer)}`)
      const { page } = await authorize(server, app, {}, visitor)
      expect(wordsOf(page)).to.include('Create your account')
      return visitor.submit(page, '/signup', {
        password: PASSWORD,
        username: '',
        name: 'Ann',
        email: 'eve@example.com',
      })
    }

    for (const [mode, env] of [
      ['open', {}],
      ['domain', { LATCHKEY_REGISTRATION_DOMAINS: 'example.org' }],
      ['invitation', {}],
    ] as const) {
      it(`leads to the app with the account of its address and roles, where registration is ${mode}`, async () => {
        await begin({ LATCHKEY_REGISTRATION: mode, ...env })
        const { link, id } = await made('Ann@example.com', '--role', 'auditor', 'staff')
        expect(answerOf(await accept(link))).to.have.property('code')
        const account = (await server.app.accounts.byIdentifier('ann@example.com'))!
        expect(account).to.deep.include({ emailVerified: true, roles: ['auditor', 'staff'] })
        expect(await server.app.accounts.byIdentifier('eve@example.com')).to.equal(undefined)
        await server.app.postbox.settled()
        expect(server.mailbox.to('ann@example.com').map(({ subject }) => subject)).to.deep.equal([])
        expect((await new Visitor(server.issuer).open(link)).status).to.equal(410)
        expect((await server.app.invitations.get(id))!.accountId).to.equal(account.id)
      })
    }

    it('is not made, and not taken, where registration is closed', async () => {
      await begin({ LATCHKEY_REGISTRATION: 'closed' })
      const { code, stderr } = await make('ann@example.com')
      expect([code, stderr]).to.deep.equal([
        1,
        'Nobody can register: LATCHKEY_REGISTRATION is closed; set it to invitation.\n',
      ])
    })

    it('keeps a record of where it was opened and used, and is not used up by scanners', async () => {
      await begin({})
      const { link, id } = await made('ann@example.com', '--expires', '10m')
      for (const method of ['GET', 'HEAD', 'GET'] as const)
        expect((await new Visitor(server.issuer).send(method, new URL(link).pathname)).status).to.equal(200)
      expect(await server.app.invitations.get(id)).to.include({ sent: 0, timesOpened: 2 })
      await accept(link)
      const { stdout } = await latchkey('users', 'invite', 'list')
      const [kept] = (JSON.parse(stdout) as Page<Invitation & { state: string }>).items
      expect(kept).to.include({ state: 'used', createdBy: 'command line', clientId: app.client_id, timesOpened: 3 })
      expect(kept!.usedFrom).to.include({ address: '127.0.0.1' })
      expect(kept).to.not.have.any.keys('tokenHash')
    })

    it('ends with its time', async () => {
      await begin({})
      const { link } = await made('ann@example.com', '--expires', '10m')
      moveClock(10 * 60_000)
      expect((await new Visitor(server.issuer).open(link)).status).to.equal(410)
    })
  })
})
