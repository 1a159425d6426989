import { expect } from 'chai'
import type { AuditEntry } from '../../src/core/events/events.ts'
import type { Foreseen } from '../../src/core/signin/foresee.ts'
import type { Page } from '../../src/storage/port.ts'
import { SECURITY } from '../support/account.ts'
import { authorize } from '../support/endpoints.ts'
import { addRecoveryCodes, addTotp } from '../support/factors.ts'
import { codeOf, signIn } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { addPasskey, creationOptionsOn, usePasskey } from '../support/passkeys.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { SoftAuthenticator } from '../support/soft-authenticator.ts'
import { tryBy } from '../support/tries.ts'
import { Visitor } from '../support/visitor.ts'
import { SAFARI } from '../support/traveller.ts'
import { askWorker } from './cli.ts'

describe('the command line, beside a running server', () => {
  let server: TestServer
  before(async () => void (server = await startServer()))
  after(() => server.close())

  const run = (...args: string[]) => askWorker(args, server.env)
  async function json<Document>(...args: string[]): Promise<Document> {
    const { stdout, stderr, code } = await run(...args, '--json')
    expect(code, stderr).to.equal(0)
    return JSON.parse(stdout) as Document
  }

  describe('latchkey users factors', () => {
    it('lists what an account has set up, in words, and never a secret', async () => {
      const account = await server.person()
      await addTotp(server, account)
      const codes = await addRecoveryCodes(server, account)
      const { stdout } = await run('users', 'factors', 'list', account.email)
      expect(stdout)
        .to.match(/^METHOD +ID +NAME +MORE +SINCE +LAST USED\n/)
        .and.match(/^password +password:[\w-]+ +Password/m)
        .and.match(/^totp +totp:[\w-]+ +Authenticator app/m)
        .and.match(/^recovery-codes +\S+ +Recovery codes +10 of 10 left/m)
      for (const secret of [...codes, 'argon2', 'sealed', 'eyJ']) expect(stdout).to.not.include(secret)
      const nobody = await server.app.accounts.create({ email: 'empty@example.com', emailVerified: true })
      expect((await run('users', 'factors', 'list', nobody.id)).stdout).to.equal(
        'empty@example.com has nothing set up.\n',
      )
    })

    it('removes one, with an entry for each, and what was there to fall back on with the last', async () => {
      const account = await server.person()
      await addTotp(server, account)
      await addRecoveryCodes(server, account)
      const { stdout } = await run('users', 'factors', 'remove', account.email, 'totp')
      expect(stdout).to.equal(`Removed: Authenticator app of ${account.email}.\n`)
      const { items } = await json<Page<{ method: string }>>('users', 'factors', 'list', account.email)
      expect(items.map(({ method }) => method)).to.deep.equal(['password'])
      const audit = await json<Page<AuditEntry>>('security', 'audit', '--account', account.id)
      expect(audit.items.slice(0, 2).map(({ type, actor, details }) => [type, actor, details])).to.deep.equal([
        [
          'factor.removed',
          'command line',
          { method: 'recovery-codes', credential: `recovery-codes:${account.id}`, follows: true },
        ],
        ['factor.removed', 'command line', { method: 'totp', credential: `totp:${account.id}` }],
      ])
    })

    it('refuses to take the last way to sign in, and what is not there', async () => {
      const account = await server.person()
      const last = await run('users', 'factors', 'remove', account.email, 'password')
      expect([last.code, last.stderr]).to.deep.equal([
        1,
        'This is the only way to sign in that this account has. Set up another one first.\n',
      ])
      expect(server.mailbox.to(account.email)).to.deep.equal([])
      const none = await run('users', 'factors', 'remove', account.email, 'passkey')
      expect(none.stderr).to.equal(`${account.email} has no passkey: see \`latchkey users factors list\`.\n`)
    })
  })

  describe('latchkey users factors remove, for who has lost it', () => {
    it('tells the owner by mail', async () => {
      const account = await server.person()
      await addTotp(server, account)
      await run('users', 'factors', 'remove', account.email, 'totp')
      const told = [await server.mailbox.next(account.email), await server.mailbox.next(account.email)]
      const { text } = told.find(({ subject }) => subject.includes('A way to sign in was removed'))!
      expect(text).to.include('Authenticator app was removed').and.to.include('an administrator')
    })

    it('ends the sessions that it signed in', async () => {
      const account = await server.person()
      const key = await addPasskey(server, account)
      const { visitor, page } = await authorize(server, await server.register('web', { first_party: true }))
      codeOf(await usePasskey(visitor, page, key))
      const { stdout } = await run('users', 'factors', 'remove', account.email, 'passkey')
      expect(stdout).to.match(/^Removed: /)
      const { items } = await server.app.signIns.ofAccount(account.id, { limit: 9 })
      expect(items.map(({ endReason }) => endReason)).to.deep.equal(['factor_removed'])
    })

    it('takes their only passkey with --last, and they sign in by mail and set up another', async () => {
      const account = await server.app.accounts.create({ email: 'lost@example.com', emailVerified: true })
      await addPasskey(server, account)
      const refused = await run('users', 'factors', 'remove', account.email, 'passkey')
      expect(refused.stderr).to.match(/^This is the only way to sign in/)
      const done = await run('users', 'factors', 'remove', account.email, 'passkey', '--last')
      expect([done.code, done.stderr]).to.deep.equal([0, ''])

      const visitor = new Visitor(server.issuer)
      const first = await visitor.submit(await visitor.open(SECURITY), '/identify', { identifier: account.email })
      const sent = await visitor.submit(first, '/email-code/challenge')
      await visitor.submit(sent, '/prove/email-code', { code: codeIn(await server.mailTo(account.email)) })
      const form = await visitor.open(`${SECURITY}/passkey/add`)
      const response = JSON.stringify(new SoftAuthenticator({ origin: server.issuer }).create(creationOptionsOn(form)))
      expect((await visitor.submit(form, '/passkey/add', { response })).url.search).to.equal('?done=added')
    })

    it('takes nothing that would leave nobody a way in, --last or not', async () => {
      const unproven = await server.person({ verified: false })
      const last = await run('users', 'factors', 'remove', unproven.email, 'password', '--last')
      expect(last.code).to.equal(1)
      expect(last.stderr).to.match(/^This is the only way to sign in/)
      const person = await server.person()
      await server.app.policies.set({ kind: 'everyone' }, { allowedMethods: ['password'] }, 'a test')
      try {
        const barred = await run('users', 'factors', 'remove', person.email, 'password', '--last')
        expect(barred.stderr).to.match(/^Policy allows no code or link by mail/)
      } finally {
        await server.app.policies.set({ kind: 'everyone' }, {}, 'a test')
      }
      expect((await json<Page<object>>('users', 'factors', 'list', person.id)).items).to.have.length(1)
    })
  })

  describe('latchkey debug login', () => {
    const login = (...args: string[]) => json<{ steps: Foreseen[] }>('debug', 'login', '--email', ...args)
    const kinds = (steps: Foreseen[]) => steps.map(({ step }) => step.kind)

    it('prints what a sign-in asks and why, and signs nobody in', async () => {
      const account = await server.person()
      await addTotp(server, account)
      const before = await server.app.signIns.ofAccount(account.id, { limit: 9 })
      const { stdout } = await run('debug', 'login', '--email', account.email)
      expect(stdout)
        .to.match(/^WOULD ASK +BECAUSE\n/)
        .and.match(/^a first proof: password or .*email-code/m)
        .and.match(/^a further proof: totp +secondFactor is optional \(default\)$/m)
        .and.match(/^nothing more: the app gets urn:latchkey:acr:2/m)
      expect(await server.app.signIns.ofAccount(account.id, { limit: 9 })).to.deep.equal(before)
    })

    it('tells what an account has to have, and lacks', async () => {
      const { email } = await server.person()
      const fields = JSON.stringify([{ name: 'card', label: 'Library card', required: true }])
      const env = { ...server.env, LATCHKEY_USERNAMES: 'required', LATCHKEY_ACCOUNT_FIELDS: fields }
      const { stdout } = await askWorker(['debug', 'login', '--email', email], env)
      expect(stdout)
        .to.match(/^what the account lacks: username, field\.card/m)
        .and.match(/^nothing more/m)
      const silent = await askWorker(['debug', 'login', '--email', email, '--json'], env)
      expect(kinds((JSON.parse(silent.stdout) as { steps: Foreseen[] }).steps)).to.deep.equal([
        'prove',
        'complete',
        'finish',
      ])
    })

    it('follows the app, its policy, its consent and the level that it asks for', async () => {
      const { email } = await server.person()
      const client = await server.register('web')
      const at = ['--client', client.client_id]
      expect(kinds((await login(email, ...at)).steps)).to.deep.equal(['prove', 'consent', 'finish'])
      const scope = { kind: 'client', name: client.client_id } as const
      await server.app.policies.set(scope, { secondFactor: 'required', secondFactorGrace: 60 }, 'a test')
      const required = await run('debug', 'login', '--email', email, ...at)
      expect(required.stdout).to.match(
        /^to set up .*totp or email-code, or not now +secondFactor is required \(client [\w-]+\)/m,
      )
      const level = await run('debug', 'login', '--email', email, '--acr', 'phr')
      expect(level.stdout).to.match(
        /^nothing: the app is told unmet_authentication_requirements +the app asks for an acr$/m,
      )
    })

    it('tells of an account that is disabled, unverified, locked, or without anything to sign in with', async () => {
      const disabled = await server.person()
      await server.app.accounts.setStatus(disabled.id, 'deactivated')
      expect(kinds((await login(disabled.email)).steps)).to.deep.equal(['prove', 'disabled'])
      const unverified = await server.person({ verified: false })
      expect(kinds((await login(unverified.email)).steps)).to.deep.equal(['prove', 'verify-email'])
      const locked = await server.person()
      const { methods } = server.app.methodServices
      for (const method of methods.filter(({ id }) => id === 'password' || id === 'totp'))
        for (let tries = 0; tries < 6; tries += 1)
          await method
            .verify(server.app.methodServices, tryBy(locked, { password: 'wrong', code: '000000' }))
            .catch(() => undefined)
      const { stdout } = await run('debug', 'login', '--email', locked.email)
      expect(stdout)
        .to.match(/^password is closed until \S+: too many tries\. A device that is known may try\.$/m)
        .and.match(/^totp is closed until/m)
      await run('security', 'unlock', locked.email)
      expect((await run('debug', 'login', '--email', locked.email)).stdout).to.not.include('closed')
    })

    it('goes on from a session, and says what of it an age, a prompt or another policy leaves', async () => {
      const account = await server.person()
      const app = await addTotp(server, account)
      const client = await server.register('web', { first_party: true })
      const { visitor, page } = await authorize(server, client)
      const second = await signIn(visitor, page, account.email)
      await visitor.submit(second, '/prove/totp', { code: app.code() })
      const [session] = (await server.app.signIns.ofAccount(account.id, { limit: 1 })).items
      const at = ['--client', client.client_id, '--session', session!.id]
      expect(kinds((await login(account.email, ...at)).steps)).to.deep.equal(['finish'])
      const aged = await run('debug', 'login', '--email', account.email, ...at, '--max-age', '0')
      expect(aged.stdout)
        .to.match(/^a first proof: .* +the app asks for an age$/m)
        .and.match(/^a further proof: totp +.*secondFactor is optional \(default\).*the app asks for an age$/m)
      const anew = await run('debug', 'login', '--email', account.email, ...at, '--prompt', 'login')
      expect(anew.stdout).to.match(/^a first proof: .* +the app asks for it by prompt$/m)
      const silent = await login(account.email, ...at, '--prompt', 'none', '--max-age', '0')
      expect(silent).to.have.property('error', 'login_required')
      expect(await login(account.email, ...at, '--prompt', 'none')).to.not.have.property('error')
      const chosen = await login(account.email, ...at, '--prompt', 'select_account')
      expect(kinds(chosen.steps)).to.deep.equal(['select', 'finish'])
      const safari = [...at, '--user-agent', SAFARI]
      const elsewhere = await run('debug', 'login', '--email', account.email, ...safari)
      expect(elsewhere.stdout)
        .to.match(
          /^The session was proven in .* and shows Safari on macOS: it has to be proven anew, as sessionNewDevice is prove \(default\)\.$/m,
        )
        .and.match(/^a first proof: /m)
      await server.app.policies.set({ kind: 'client', name: client.client_id }, { sessionNewDevice: 'off' }, 'a test')
      expect(kinds((await login(account.email, ...safari)).steps)).to.deep.equal(['finish'])
      await server.app.policies.set({ kind: 'client', name: client.client_id }, {}, 'a test')
      await server.app.policies.set({ kind: 'guard', name: 'account' }, { sessionIdleTtl: 30 }, 'a test')
      await server.app.accounts.change(account.id, known => ({ ...known, validFrom: 0 }))
      const older = session!.proofs.map(proof => ({ ...proof, at: proof.at - 31_000 }))
      await server.app.signIns.record({ ...session!, id: 'older', proofs: older }, 0)
      const atConsole = ['--client', 'latchkey-account', '--session', 'older']
      const console = await run('debug', 'login', '--email', account.email, ...atConsole)
      expect(console.stdout).to.match(/^a first proof: .*sessions are shorter here: a proof counts for 30s/m)
      expect(kinds((await login(account.email, ...at)).steps)).to.deep.equal(['finish'])
      await server.app.policies.set({ kind: 'guard', name: 'account' }, {}, 'a test')
    })

    it('follows how the device is known, and lists those that are remembered', async () => {
      const account = await server.person()
      const app = await addTotp(server, account)
      const client = await server.register('web', { first_party: true })
      const scope = { kind: 'client', name: client.client_id } as const
      await server.app.policies.set(scope, { secondFactor: 'new-device' }, 'a test')
      const on = (device: string) => login(account.email, '--client', client.client_id, '--device', device)
      expect(kinds((await on('new')).steps)).to.deep.equal(['prove', 'prove', 'finish'])
      expect(kinds((await on('known')).steps)).to.deep.equal(['prove', 'finish'])
      await server.app.policies.set(scope, { secondFactor: 'required' }, 'a test')
      expect(kinds((await on('known')).steps)).to.deep.equal(['prove', 'prove', 'finish'])
      expect(kinds((await on('remembered')).steps)).to.deep.equal(['prove', 'finish'])

      const { visitor, page } = await authorize(server, client)
      const second = await signIn(visitor, page, account.email)
      await visitor.submit(second, '/prove/totp', { code: app.code(), trust: 'yes' })
      const { stdout } = await run('debug', 'login', '--email', account.email)
      expect(stdout)
        .to.match(/^The account was used on 1 device\.$/m)
        .and.match(/^Remembered for the second factor until \S+: /m)
    })

    it('says in one line what it does not know', async () => {
      expect((await run('debug', 'login', '--email', 'nobody@example.com')).code).to.equal(1)
      const { email } = await server.person()
      const { stderr } = await run('debug', 'login', '--email', email, '--client', 'biling')
      expect(stderr).to.equal('There is no client with the id biling.\n')
      expect((await run('debug', 'login', '--email', email, '--session', 'none')).stderr).to.equal(
        `${email} has no live session with the uid none: see \`latchkey sessions list\`.\n`,
      )
    })
  })
})
