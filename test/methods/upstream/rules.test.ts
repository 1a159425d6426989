// Who gets an account from elsewhere, and with what.
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { accountDeclaration } from '../../../src/core/accounts/account.ts'
import { verificationDeclaration } from '../../../src/core/accounts/verifications.ts'
import { credentialDeclaration } from '../../../src/core/credentials.ts'
import type { ClientView } from '../../../src/oidc/clients/clients.ts'
import type { Declaration } from '../../../src/storage/port.ts'
import { enrolPassword } from '../../../src/methods/password/set.ts'
import { SECURITY } from '../../support/account.ts'
import { answerOf, authorize, claimsIn } from '../../support/endpoints.ts'
import { eachEngine } from '../../support/engines.ts'
import { codeOf, redeem, signIn } from '../../support/flow.ts'
import { GITHUB_SECRET, startGitHub, type GitHubServer } from '../../support/github.ts'
import { codeIn } from '../../support/mailbox.ts'
import { startLyingIssuer, type LyingIssuer } from '../../support/lying-issuer.ts'
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts'
import { through, withUpstreams } from '../../support/upstreams.ts'
import { wordsOf } from '../../support/visitor.ts'

describe('who comes from elsewhere', () => {
  let issuer: LyingIssuer
  let github: GitHubServer
  let server: TestServer
  let client: ClientView
  before(async () => {
    issuer = await startLyingIssuer()
    github = await startGitHub()
    const oidc = { kind: 'oidc', issuer: issuer.issuer, clientId: 'us', trustEmail: true }
    server = await startServer({
      env: withUpstreams([
        {
          ...oidc,
          id: 'open',
          name: 'Open',
          profile: { name: 'display', picture: 'photo' },
          roles: [
            { claim: 'groups', value: 'staff', role: 'editor' },
            { claim: 'groups', value: 'root', role: 'operator' },
          ],
        },
        { ...oidc, id: 'staff', name: 'Staff', accounts: ['corp.example'] },
        { ...oidc, id: 'known', name: 'Known', accounts: 'invited' },
        {
          kind: 'github',
          id: 'github',
          clientId: 'app',
          clientSecret: GITHUB_SECRET,
          server: github.url,
          api: github.url,
        },
      ]),
    })
    client = await server.register('web', { first_party: true })
  })
  after(async () => {
    await server?.close()
    await github?.close()
    await issuer?.close()
  })

  const someone = (more: object = {}) => {
    const sub = randomBytes(6).toString('hex')
    issuer.says = { sub, email: `${sub}@example.com`, email_verified: true, ...more }
    return `${sub}@example.com`
  }
  async function come(id: string) {
    const begun = await authorize(server, client)
    return { ...begun, end: await through(begun.visitor, begun.page, id) }
  }

  it('gets the profile and the roles that are mapped, and no other', async () => {
    const email = someone({ display: 'Rosa\nLindqvist', photo: 'javascript:alert(1)', groups: ['staff', 'admin'] })
    codeOf((await come('open')).end)
    const account = await server.app.accounts.byIdentifier(email)
    expect(account).to.deep.include({ roles: ['editor'] })
    expect(account!.profile).to.deep.equal({ name: 'Rosa Lindqvist' })
  })

  it('gets an account at the domains that are allowed alone', async () => {
    const email = someone()
    const refused = (await come('staff')).end
    expect(refused.status).to.equal(403)
    expect(wordsOf(refused)).to.include('Accounts here are not for that address')
    expect(await server.app.accounts.byIdentifier(email)).to.equal(undefined)
    someone({ email: `${randomBytes(4).toString('hex')}@corp.example` })
    codeOf((await come('staff')).end)
  })

  it('gets none where accounts are for those invited, and is told the same of an address that is not verified', async () => {
    someone()
    expect(wordsOf((await come('known')).end)).to.include('No account here goes with that sign-in')
    someone({ email: (await server.person()).email, email_verified: false })
    expect(wordsOf((await come('known')).end)).to.include('No account here goes with that sign-in')
  })

  it('is not anybody else than whom the person named', async () => {
    someone()
    codeOf((await come('open')).end)
    const { email } = await server.person()
    for (const identifier of [email, 'nobody@example.com']) {
      const begun = await authorize(server, client)
      await begun.visitor.submit(begun.page, '/identify', { identifier })
      const page = await begun.visitor.open(`${begun.page.url.pathname}/prove/upstream-open`)
      const end = await through(begun.visitor, page, 'open')
      expect(wordsOf(end)).to.include('is not of the account that you named')
    }
  })

  it('cannot come without an address, nor claim one that was never confirmed here', async () => {
    someone({ email: undefined })
    expect(wordsOf((await come('open')).end)).to.include('did not tell us your email address')
    const { email } = await server.person({ verified: false })
    someone({ email })
    expect(wordsOf((await come('open')).end)).to.include('never confirmed')
  })

  it('comes from GitHub by the primary address, if it is verified', async () => {
    const email = `${randomBytes(4).toString('hex')}@example.com`
    github.emails = [
      { email: 'old@example.com', primary: false, verified: true, visibility: null },
      { email, primary: true, verified: true, visibility: 'private' },
    ]
    const { end, codeVerifier } = await come('github')
    const { body } = await redeem(server, client, codeOf(end), codeVerifier)
    const account = (await server.app.accounts.byIdentifier(email))!
    expect(claimsIn(body.id_token)).to.deep.include({ sub: account.id, amr: ['fed'] })
    expect(account.profile).to.deep.equal({
      name: 'Mona Lisa',
      nickname: 'octocat',
      picture: 'https://example.com/o.png',
    })

    github.user = { ...github.user, id: 1 }
    github.emails = [{ email: `new.${email}`, primary: true, verified: false, visibility: null }]
    expect(wordsOf((await come('github')).end)).to.include('Check your mail')
  })

  it('is a different person at GitHub by the number alone', async () => {
    for (const id of [null, '', { a: 1 }]) {
      github.user = { ...github.user, id }
      expect(wordsOf((await come('github')).end)).to.include('could not be accepted')
    }
  })

  it('says no at GitHub, and goes on here', async () => {
    github.declines = true
    const { end } = await come('github')
    github.declines = false
    expect(wordsOf(end)).to.include('You did not sign in with GitHub')
    expect(end.html).to.include('name="identifier"')
  })

  it('unlinks it on the Security page, but not where nothing else is left', async () => {
    const email = someone()
    const { end, codeVerifier, visitor } = await come('open')
    await redeem(server, client, codeOf(end), codeVerifier)
    const page = await visitor.open(SECURITY)
    expect(wordsOf(page)).to.include(`Your account at Open. ${email}`)
    const removeUrl = /href="([^"]*\/upstream-open\/[^"]+\/remove)"/.exec(page.html)![1]!
    const kept = await visitor.submit(await visitor.open(removeUrl), '/remove')
    expect(wordsOf(kept)).to.include('This is the only way to sign in')

    const { id } = (await server.app.accounts.byIdentifier(email))!
    await enrolPassword(server.app.methodServices, id, PASSWORD)
    // What the session was begun with is gone with it.
    const asked = await visitor.submit(await visitor.open(removeUrl), '/remove')
    const removed = await visitor.submit(asked, '/prove/password', { password: PASSWORD })
    expect(wordsOf(removed)).to.include('Removed.')
    const again = await come('open')
    expect(wordsOf(again.end)).to.include('You have an account already')
  })
})

eachEngine((_, openUrl) => {
  describe('who comes from elsewhere while registration is closed', () => {
    let issuer: LyingIssuer
    let server: TestServer
    let client: ClientView
    before(async () => {
      issuer = await startLyingIssuer()
      const oidc = { kind: 'oidc', issuer: issuer.issuer, clientId: 'us' }
      server = await startServer({
        store: await openUrl(),
        env: {
          LATCHKEY_REGISTRATION: 'closed',
          ...withUpstreams([
            { ...oidc, id: 'trusted', name: 'Trusted', trustEmail: true },
            { ...oidc, id: 'doubted', name: 'Doubted' },
          ]),
        },
      })
      client = await server.register('web', { first_party: true })
    })
    after(async () => {
      await server?.close()
      await issuer?.close()
    })

    const kept = [accountDeclaration, credentialDeclaration, verificationDeclaration] as Declaration<{ id: string }>[]
    const documents = () => Promise.all(kept.map(declaration => server.app.store.collection(declaration).count({})))

    it('is refused, and nothing is made or sent', async () => {
      for (const id of ['trusted', 'doubted']) {
        const before = await documents()
        const sub = randomBytes(6).toString('hex')
        issuer.says = { sub, email: `${sub}@example.com`, email_verified: true }
        const { visitor, page } = await authorize(server, client)
        const end = await through(visitor, page, id)
        expect(end.status).to.equal(403)
        expect(wordsOf(end)).to.include('No account here goes with that sign-in')
        expect(await documents()).to.deep.equal(before)
        await server.app.postbox.settled()
        expect(server.mailbox.to(`${sub}@example.com`)).to.deep.equal([])
        // The way in for who has an account is still there.
        codeOf(await signIn(visitor, end, (await server.person()).email))
      }
    })

    it('signs in where they have an account that they have linked', async () => {
      const { email, id: accountId } = await server.person()
      issuer.says = { sub: accountId, email, email_verified: true }
      const first = await authorize(server, client)
      const asked = await through(first.visitor, first.page, 'trusted')
      codeOf(await first.visitor.submit(asked, '/prove/password', { password: PASSWORD }))
      const again = await authorize(server, client)
      const { body } = await redeem(
        server,
        client,
        codeOf(await through(again.visitor, again.page, 'trusted')),
        again.codeVerifier,
      )
      expect(claimsIn(body.id_token)).to.deep.include({ sub: accountId, amr: ['fed'] })
    })
  })
})

eachEngine((_, openUrl) => {
  for (const version of [undefined, '2026-11']) {
    describe(`the terms${version ? ' in a version' : ''}, for who comes from elsewhere`, () => {
      let issuer: LyingIssuer
      let server: TestServer
      let client: ClientView
      before(async () => {
        issuer = await startLyingIssuer()
        const oidc = { kind: 'oidc', issuer: issuer.issuer, clientId: 'us' }
        server = await startServer({
          store: await openUrl(),
          env: {
            LATCHKEY_TERMS_URL: 'https://example.com/terms',
            ...(version ? { LATCHKEY_TERMS_VERSION: version } : {}),
            ...withUpstreams([
              { ...oidc, id: 'trusted', name: 'Trusted', trustEmail: true },
              { ...oidc, id: 'doubted', name: 'Doubted' },
            ]),
          },
        })
        client = await server.register('web', { first_party: true })
      })
      after(async () => {
        await server?.close()
        await issuer?.close()
      })

      for (const id of ['trusted', 'doubted']) {
        it(`are accepted before the account that was made is signed in to, once (${id})`, async () => {
          const sub = randomBytes(6).toString('hex')
          const email = `${sub}@example.com`
          issuer.says = { sub, email, email_verified: true }
          const { visitor, page } = await authorize(server, client)
          const arrived = await through(visitor, page, id)
          const asked =
            id === 'trusted'
              ? arrived
              : await visitor.submit(arrived, '/verify', { code: codeIn(await server.mailTo(email)) })
          expect(asked.html).to.include('https://example.com/terms').and.to.include('name="version"')
          const { id: accountId } = (await server.app.accounts.byIdentifier(email))!

          // Not even by another sign-in, nor by a session.
          const again = await authorize(server, client)
          expect((await through(again.visitor, again.page, id)).html).to.include('name="version"')
          expect((await visitor.submit(asked, '/terms')).status).to.equal(400)

          codeOf(await visitor.submit(asked, '/terms', { decision: 'accept' }))
          expect((await server.app.accounts.get(accountId))!.terms).to.have.length(1)
          const next = await authorize(server, client)
          codeOf(await through(next.visitor, next.page, id))
        })
      }

      it('lead back to the app when they are not accepted', async () => {
        const sub = randomBytes(6).toString('hex')
        issuer.says = { sub, email: `${sub}@example.com`, email_verified: true }
        const { visitor, page } = await authorize(server, client)
        const asked = await through(visitor, page, 'trusted')
        const end = await visitor.submit(asked, '/terms', { decision: 'refuse' })
        expect(answerOf(end).error).to.equal('access_denied')
      })
    })
  }
})
