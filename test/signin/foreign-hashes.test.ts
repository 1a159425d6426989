// People who were brought in with another program's hashes: they sign in by the passwords that they had.
import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onlyCredentialId } from '../../src/core/credentials.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { runCli } from '../cli/cli.ts'
import { FIREBASE, KEYCLOAK, VECTORS } from '../core/passwords/foreign-vectors.ts'
import { eachEngine } from '../support/engines.ts'
import { authorization, signIn } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { Visitor, wordsOf } from '../support/visitor.ts'

/** As they would be sent by who moves here; the last two by what their programs export. */
const PEOPLE = VECTORS.filter(({ password }) => password !== '').map(({ form, from, password, hash }, at) => ({
  about: `${form} (${from})`,
  password,
  line: { email: `person${at}@example.com`, verified: true, passwordHash: hash },
}))
const FIREBASES = {
  about: 'an export of Firebase',
  password: FIREBASE.password,
  line: { email: 'firebase@example.com', verified: true, passwordHash: FIREBASE.hash, salt: FIREBASE.salt },
}
const KEYCLOAKS = {
  about: 'an export of Keycloak',
  password: 'Password',
  line: { email: 'keycloak@example.com', verified: true, passwordHash: KEYCLOAK },
}
const ALL = [...PEOPLE, FIREBASES, KEYCLOAKS]

describe('people who were brought in', () => {
  eachEngine((_engine, openUrl) => {
    let folder: string
    let server: TestServer
    let client: ClientView
    before(async () => {
      server = await startServer({ store: await openUrl(), env: { LATCHKEY_ADDRESS_FAILURES: '1000' } })
      client = await server.register('web')
      folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'))
      const [people, project] = [join(folder, 'people.jsonl'), join(folder, 'project.json')]
      await writeFile(people, ALL.map(({ line }) => JSON.stringify(line)).join('\n'))
      await writeFile(project, JSON.stringify(FIREBASE.project))
      const { code, stdout, stderr } = await runCli(['users', 'import', people, '--firebase', project, '--json'], {
        env: server.env,
      })
      expect(JSON.parse(stdout), stderr).to.deep.equal({ made: ALL.length, failed: [] })
      expect(code).to.equal(0)
    })
    after(async () => {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    })

    async function tryPassword(email: string, password: string) {
      const visitor = new Visitor(server.issuer)
      const page = await visitor.open(authorization(server, client).url)
      return signIn(visitor, page, email, password)
    }
    const storedOf = async (email: string) => {
      const account = (await server.app.accounts.byIdentifier(email))!
      return (await server.app.credentials.get(onlyCredentialId('password', account.id)))!.data
    }

    for (const { about, password, line } of ALL)
      it(`sign in by it once, and have one of our hashes from then on: ${about}`, async () => {
        const before = await storedOf(line.email)
        expect(Object.keys(before)).to.deep.equal(['sealed'])
        expect(wordsOf(await tryPassword(line.email, `${password}!`))).to.include('do not belong together')
        expect(await storedOf(line.email)).to.deep.equal(before)

        expect(wordsOf(await tryPassword(line.email, password))).to.not.include('do not belong together')
        const after = await storedOf(line.email)
        expect(Object.keys(after)).to.deep.equal(['hash'])
        expect(after.hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)

        expect(wordsOf(await tryPassword(line.email, `${password}!`))).to.include('do not belong together')
        expect(wordsOf(await tryPassword(line.email, password))).to.not.include('do not belong together')
        expect(await storedOf(line.email)).to.deep.equal(after)
      })
  })
})
