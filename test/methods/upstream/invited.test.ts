// Who comes from elsewhere, by the mode of registration: with an invitation, and without.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { ClientView } from '../../../src/oidc/clients/clients.ts'
import { authorize, claimsIn } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { attemptOf, codeOf, redeem } from '../../support/flow.ts'
import { startLyingIssuer, type LyingIssuer } from '../../support/lying-issuer.ts'
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts'
import { through, withUpstreams } from '../../support/upstreams.ts'
import { Visitor, wordsOf } from '../../support/visitor.ts'

const MODES = {
  open: { LATCHKEY_REGISTRATION: 'open' },
  domain: { LATCHKEY_REGISTRATION: 'domain', LATCHKEY_REGISTRATION_DOMAINS: 'corp.example' },
  invitation: { LATCHKEY_REGISTRATION: 'invitation' },
  closed: { LATCHKEY_REGISTRATION: 'closed' },
}
const UPSTREAMS = ['trusted', 'known', 'corp'] as const

eachEngine((_name, openUrl) => {
  for (const [mode, env] of Object.entries(MODES)) {
    describe(`who comes from elsewhere, where registration is ${mode}`, () => {
      let issuer: LyingIssuer
      let server: TestServer
      let client: ClientView
      before(async () => {
        issuer = await startLyingIssuer()
        const oidc = { kind: 'oidc', issuer: issuer.issuer, clientId: 'us', trustEmail: true }
        server = await startServer({
          store: await openUrl(),
          env: {
            ...env,
            ...withUpstreams([
              { ...oidc, id: 'trusted', name: 'Trusted', roles: [{ claim: 'team', value: 'red', role: 'red' }] },
              { ...oidc, id: 'known', name: 'Known', accounts: 'invited' },
              { ...oidc, id: 'corp', name: 'Corp', accounts: ['corp.example'] },
              { ...oidc, id: 'doubted', name: 'Doubted', trustEmail: false },
            ]),
          },
        })
        client = await server.register('web', { first_party: true, initiate_login_uri: 'https://app.example/start' })
      })
      after(async () => {
        await server?.close()
        await issuer?.close()
      })

      const newcomer = (domain = 'example.com') => `${randomBytes(6).toString('hex')}@${domain}`
      const says = (email: string, more: object = {}) =>
        (issuer.says = { sub: randomBytes(6).toString('hex'), email, email_verified: true, ...more })
      const accountOf = (email: string) => server.app.accounts.byIdentifier(email)

      async function invite(email: string) {
        const wanted = {
          email,
          roles: ['staff'],
          groups: ['eu'],
          clientId: client.client_id,
          createdBy: 'a test',
          lasts: 3600,
        }
        const { invitation, secret } = await server.app.invitations.invite(wanted)
        return { id: invitation.id, link: `/invite/${secret}` }
      }
      async function accept(link: string) {
        const visitor = new Visitor(server.issuer)
        await visitor.submit(await visitor.open(link), link)
        const begun = await authorize(server, client, {}, visitor)
        expect(wordsOf(begun.page)).to.include('Create your account')
        return begun
      }

      const byMode = (domain: string) => mode === 'open' || (mode === 'domain' && domain === 'corp.example')
      const byUpstream = {
        trusted: () => true,
        known: () => false,
        corp: (domain: string) => domain === 'corp.example',
      }
      it('lets in, without an invitation, whom both the mode and the upstream let in, and nobody else', async () => {
        for (const domain of ['example.com', 'corp.example', 'sub.corp.example'])
          for (const id of UPSTREAMS) {
            const email = newcomer(domain)
            says(email)
            const { visitor, page } = await authorize(server, client)
            const end = await through(visitor, page, id)
            const isLet = byMode(domain) && byUpstream[id](domain)
            expect(end.status, `${domain} ${id}`).to.equal(isLet ? 303 : 403)
            expect((await accountOf(email)) !== undefined, `${domain} ${id}`).to.equal(isLet)
          }
      })

      if (mode === 'closed') {
        it('takes no invitation', async () => {
          const { link } = await invite(newcomer())
          expect((await new Visitor(server.issuer).open(link)).status).to.equal(403)
        })
        return
      }

      it('makes the account of an invitation that was accepted, with the roles of both, once', async () => {
        for (const id of UPSTREAMS) {
          const email = newcomer()
          const { id: invitationId, link } = await invite(email)
          const { visitor, page, codeVerifier } = await accept(link)
          says(email.toUpperCase(), { team: 'red' })
          const end = await through(visitor, page, id)
          const { body } = await redeem(server, client, codeOf(end), codeVerifier)
          const account = (await accountOf(email))!
          expect(claimsIn(body.id_token)).to.deep.include({ sub: account.id, amr: ['fed'] })
          expect(account.roles).to.deep.equal(id === 'trusted' ? ['staff', 'red'] : ['staff'])
          expect(account.groups).to.deep.equal(['eu'])
          expect(account.emailVerified).to.equal(true)
          expect(await server.app.invitations.get(invitationId)).to.include({ accountId: account.id })
          expect((await new Visitor(server.issuer).open(link)).status).to.equal(410)
        }
      })

      it('takes it for its own address alone, proven there, and can be used by the form after all', async () => {
        const email = newcomer()
        const { id: invitationId, link } = await invite(email)
        const { visitor, page } = await accept(link)
        for (const [upstream, said] of [
          ['trusted', { email: newcomer() }],
          ['known', { email: newcomer('corp.example') }],
          ['trusted', { email, email_verified: false }],
          ['doubted', { email }],
        ] as const) {
          says(said.email, said)
          const refused = await through(visitor, page, upstream)
          expect(refused.status).to.equal(403)
          expect(wordsOf(refused)).to.include(`does not confirm that ${email} is yours`)
          expect(await accountOf(said.email)).to.equal(undefined)
        }
        await server.app.postbox.settled()
        expect(server.mailbox.to(email)).to.deep.equal([])
        expect(await server.app.invitations.get(invitationId)).to.not.have.any.keys('usedAt')
        const again = await visitor.open(attemptOf(page))
        codeOf(await visitor.submit(again, '/signup', { password: PASSWORD, username: '', name: '' }))
        expect((await accountOf(email))!.roles).to.deep.equal(['staff'])
      })

      it('takes no invitation that was taken back meanwhile', async () => {
        const email = newcomer()
        const { id, link } = await invite(email)
        const { visitor, page } = await accept(link)
        await server.app.invitations.revoke(id)
        says(email)
        const refused = await through(visitor, page, 'trusted')
        expect([refused.status, await accountOf(email)]).to.deep.equal([410, undefined])
      })

      it('makes one account of two who accept it at the same time, by the form and from elsewhere', async () => {
        const email = newcomer()
        const { id, link } = await invite(email)
        const [one, other] = [await accept(link), await accept(link)]
        says(email)
        const ends = await Promise.all([
          one.visitor.submit(one.page, '/signup', { password: PASSWORD, username: '', name: '' }),
          through(other.visitor, other.page, 'trusted'),
        ])
        const statuses = ends.map(({ status }) => status)
        expect(statuses.filter(status => status === 303)).to.have.length(1)
        // The other is refused, or asked to sign in to the account that is there by then.
        expect(statuses.find(status => status !== 303)).to.be.oneOf([200, 409, 410])
        expect(await server.app.invitations.get(id)).to.include({ accountId: (await accountOf(email))!.id })
      })
    })
  }
})
