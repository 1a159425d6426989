// The attacks on passkeys, over HTTP and on every store. Each test is named by what the attacker does.
import { expect } from 'chai'
import type { Account } from '../../src/core/accounts/account.ts'
import { passkeyRecordId } from '../../src/methods/passkey/data.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { eachEngine } from '../support/engines.ts'
import { claimsIn } from '../support/endpoints.ts'
import { attemptOf, authorization, codeOf, redeem, signIn } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { addPasskey, askOptions, postPasskey, usePasskey } from '../support/passkeys.ts'
import { PASSWORD, REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import type { Lies, SoftAuthenticator } from '../support/soft-authenticator.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'
import { expectAlike, record, type Recorded } from './alike.ts'

const NEEDS_PHR = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } })

describe('attacks on passkeys', () => {
  eachEngine((_, openUrl) => {
    let server: TestServer
    let client: ClientView
    let rosa: Account
    let key: SoftAuthenticator

    before(async () => {
      server = await startServer({ store: await openUrl() })
      client = await server.register('web', { first_party: true })
      rosa = await server.person({ email: 'rosa@example.com' })
      key = await addPasskey(server, rosa)
    })
    after(() => server?.close())
    afterEach(resetClock)

    async function begin(params: Record<string, string> = {}, app = client) {
      const visitor = new Visitor(server.issuer)
      const { url, codeVerifier } = authorization(server, app, params)
      return { visitor, codeVerifier, page: await visitor.open(url) }
    }
    const isIn = ({ url }: VisitedPage) => url.href.startsWith(`${REDIRECT_URI}?code=`)
    const reasons = async (account: Account) =>
      (await server.app.events.ofAccount(account.id, { limit: 200 })).items
        .filter(({ type }) => type === 'signin.failed')
        .map(({ details }) => (details as { reason: string }).reason)

    it('what is right signs in, and says so: for comparison', async () => {
      const { visitor, page, codeVerifier } = await begin()
      const end = await usePasskey(visitor, page, key)
      const { body } = await redeem(server, client, codeOf(end), codeVerifier)
      expect(claimsIn(body.id_token)).to.include({ acr: 'phr', sub: rosa.id })
      expect(claimsIn(body.id_token).amr).to.deep.equal(['pop', 'swk', 'user', 'mfa'])
    })

    const lies: Record<string, Lies> = {
      'made on a false site': { origin: 'https://localhost.evil.example' },
      'made for another relying party': { rpId: 'evil.example' },
      'to a challenge of their own': { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      'that was made to add a passkey': { type: 'webauthn.create' },
      'of a key that was found, without its PIN': { userVerified: false },
      'that nobody touched the key for': { userPresent: false },
      'in the name of another account': { userHandle: Buffer.from('another').toString('base64url') },
    }
    for (const [what, lie] of Object.entries(lies)) {
      it(`sends an answer ${what}: refused, and the next right one gets in`, async () => {
        const { visitor, page } = await begin()
        const refused = await usePasskey(visitor, page, key, lie)
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include('That passkey was not accepted')
        expect(isIn(await usePasskey(visitor, refused, key))).to.equal(true)
      })
    }

    it('sends an answer to the challenge of another sign-in: refused', async () => {
      const [mine, theirs] = [await begin(), await begin()]
      const answer = key.get(await askOptions(theirs.visitor, theirs.page))
      await askOptions(mine.visitor, mine.page)
      expect((await postPasskey(mine.visitor, mine.page, answer)).status).to.equal(400)
    })

    it('sends one answer twice: refused, though the first was for nothing', async () => {
      const { visitor, page } = await begin()
      const options = await askOptions(visitor, page)
      expect((await postPasskey(visitor, page, key.get(options, { userVerified: false }))).status).to.equal(400)
      const again = await postPasskey(visitor, page, key.get(options))
      expect(again.status).to.equal(400)
      expect(wordsOf(again)).to.include('took too long, or was used already')
    })

    it('sends one answer 20 times at once: it is used once', async () => {
      const { visitor, page } = await begin({}, await server.register('web'))
      const response = JSON.stringify(key.get(await askOptions(visitor, page)))
      const sent = await Promise.all(
        Array.from({ length: 20 }, () => visitor.send('POST', `${attemptOf(page)}/prove/passkey`, { response })),
      )
      expect(sent.filter(({ status }) => status === 303)).to.have.length(1)
    })

    it('keeps an answer for more than five minutes: refused', async () => {
      const { visitor, page } = await begin()
      const answer = key.get(await askOptions(visitor, page))
      moveClock(5 * 60_000 + 1000)
      expect((await postPasskey(visitor, page, answer)).status).to.equal(400)
    })

    it('uses a copy of a key: who comes with a count that was seen is refused, and it is an entry', async () => {
      const owner = await server.person()
      const counting = await addPasskey(server, owner, { counts: true, synced: false })
      for (let times = 0; times < 2; times += 1) {
        const { visitor, page } = await begin()
        expect(isIn(await usePasskey(visitor, page, counting))).to.equal(true)
      }
      for (const counter of [2, 1, 0]) {
        const { visitor, page } = await begin()
        expect((await usePasskey(visitor, page, counting, { counter })).status, `count ${counter}`).to.equal(400)
      }
      expect(await reasons(owner)).to.deep.equal(Array.from({ length: 3 }, () => 'passkey.counter_back'))
    })

    it('uses two copies of a key at once, with one count: one of them gets in', async () => {
      const counting = await addPasskey(server, await server.person(), { counts: true, synced: false })
      const tries = await Promise.all([begin(), begin()])
      const options = await Promise.all(tries.map(({ visitor, page }) => askOptions(visitor, page)))
      const answers = options.map(asked => counting.get(asked, { counter: 7 }))
      const ends = await Promise.all(tries.map(({ visitor, page }, at) => postPasskey(visitor, page, answers[at])))
      expect(ends.filter(isIn)).to.have.length(1)
    })

    it('comes with a key that may be copied in the place of one that may not: refused', async () => {
      const owner = await server.person()
      const bound = await addPasskey(server, owner, { synced: false })
      const { visitor, page } = await begin()
      expect((await usePasskey(visitor, page, bound, { backupEligible: true })).status).to.equal(400)
      expect(await reasons(owner)).to.deep.equal(['passkey.backup_changed'])
    })

    it('finds a key that asks nothing, and gives it a PIN of their own: it begins no sign-in, and is one factor still', async () => {
      const owner = await server.person()
      const found = await addPasskey(server, owner, { verifiesUser: false, synced: false })
      const alone = await begin()
      expect((await usePasskey(alone.visitor, alone.page, found, { userVerified: true })).status).to.equal(400)
      expect(await reasons(owner)).to.deep.equal(['passkey.second_only'])

      // With the mailbox, it is what the person has twice.
      const { visitor, page } = await begin()
      const asked = await visitor.submit(page, '/identify', { identifier: owner.email })
      await visitor.post(`${attemptOf(asked)}/prove/email-code/challenge`, {})
      const code = codeIn(await server.mailTo(owner.email))
      const second = await visitor.post(`${attemptOf(asked)}/prove/email-code`, { code })
      const end = await usePasskey(visitor, second, found, { userVerified: true })
      expect(end.html).to.include('/prove/password"')
    })

    it('uses their own passkey for the name of somebody else: refused, whether or not the name is anybody’s', async () => {
      for (const identifier of [(await server.person()).email, 'nobody@example.com']) {
        const { visitor, page } = await begin()
        const asked = await visitor.submit(page, '/identify', { identifier })
        const refused = await usePasskey(visitor, asked, key)
        expect(refused.status).to.equal(400)
        expect(wordsOf(refused)).to.include('belongs to another account')
      }
    })

    it('knows the password, and has a passkey of their own for the second factor: refused', async () => {
      const victim = await server.person()
      await addPasskey(server, victim)
      const { visitor, page } = await begin({ claims: NEEDS_PHR })
      const asked = await signIn(visitor, page, victim.email)
      const options = await askOptions(visitor, asked)
      expect(options.allowCredentials).to.have.length(1)
      const answer = key.get({ ...options, allowCredentials: [] })
      expect((await postPasskey(visitor, asked, answer)).status).to.equal(400)
    })

    it('skips the second factor, and posts the answer of the first again: refused', async () => {
      const { visitor, page } = await begin({ claims: NEEDS_PHR })
      const asked = await signIn(visitor, page, rosa.email)
      const again = await visitor.post(`${attemptOf(asked)}/prove/password`, { password: PASSWORD })
      expect(isIn(again)).to.equal(false)
      expect(isIn(await usePasskey(visitor, again, key))).to.equal(true)
    })

    it('uses a passkey that was removed: refused, and their device is told to forget it', async () => {
      const owner = await server.person()
      const removed = await addPasskey(server, owner)
      await server.app.methodServices.credentials.remove(passkeyRecordId(removed.keys[0]!.id))
      const { visitor, page } = await begin()
      const refused = await usePasskey(visitor, page, removed)
      expect(refused.status).to.equal(400)
      expect(refused.html).to.include(' data-unknown')
    })

    it('has a passkey of an account that was switched off: is told, and gets nothing', async () => {
      const owner = await server.person()
      const own = await addPasskey(server, owner)
      await server.app.accounts.setStatus(owner.id, 'deactivated')
      const { visitor, page } = await begin()
      const end = await usePasskey(visitor, page, own)
      expect(isIn(end)).to.equal(false)
      expect(wordsOf(end)).to.include('This account is switched off')
    })

    it('locks somebody out by guessing their password: the passkey still lets them in', async () => {
      const owner = await server.person()
      const own = await addPasskey(server, owner)
      const attacker = await begin()
      let answer = await signIn(attacker.visitor, attacker.page, owner.email, 'a guess')
      while (answer.status !== 429) answer = await attacker.visitor.submit(answer, '/prove/password', { password: 'x' })
      const { visitor, page } = await begin()
      expect(isIn(await usePasskey(visitor, page, own))).to.equal(true)
    })

    it('asks who has a passkey: pages and options are alike to the byte', async () => {
      const people: Record<string, string> = {
        'with a passkey': 'with-a-passkey@example.com',
        'without one': 'without-a-key-@example.com',
        nobody: 'nobody-at-all-@example.com',
      }
      await addPasskey(server, await server.person({ email: people['with a passkey']! }))
      await server.person({ email: people['without one']! })
      const seen: Record<string, Recorded[]> = {}
      for (const [who, identifier] of Object.entries(people)) {
        const { visitor, page } = await begin()
        const at = attemptOf(page)
        const steps = [
          await visitor.send('POST', `${at}/identify`, { identifier }),
          await visitor.send('GET', at),
          await visitor.send('POST', `${at}/prove/passkey/challenge`, {}, { accept: 'application/json' }),
          await visitor.send('POST', `${at}/prove/passkey`, { response: '{}' }),
        ]
        seen[who] = await Promise.all(steps.map(step => record(step, identifier)))
        const options = JSON.parse(seen[who][2]!.body) as object
        expect(options).to.not.have.property('allowCredentials')
        seen[who][2]!.body = JSON.stringify({ ...options, challenge: 'RANDOM' })
      }
      expectAlike(seen)
    })

    for (const [what, response] of Object.entries({
      nothing: '',
      'no JSON': '{',
      'an operator': '{"id":{"$ne":null},"rawId":"AA","type":"public-key","response":{}}',
      'an id that nobody has': JSON.stringify({
        id: 'AAAA',
        rawId: 'AAAA',
        type: 'public-key',
        response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
      }),
      '50 KB': JSON.stringify({ id: 'A'.repeat(50_000) }),
    })) {
      it(`sends ${what}: a page that says so, and the way on`, async () => {
        const { visitor, page } = await begin()
        await askOptions(visitor, page)
        const refused = await postPasskey(visitor, page, response)
        expect(refused.status).to.equal(400)
        expect(refused.html).to.include('name="identifier"')
      })
    }
  })
})
