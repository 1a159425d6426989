import { readdirSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { accountDeclaration } from '../../src/core/accounts/account.ts'
import { createAccounts } from '../../src/core/accounts/accounts.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import type { Declaration, Document } from '../../src/storage/port.ts'
import type { CollectionState } from '../../src/storage/schema/state.ts'
import { eachEngine } from '../support/engines.ts'
import { CliFolder } from './cli.ts'

interface Status {
  engine: string
  format?: number
  upToDate: boolean
  collections: CollectionState[]
}

/** An older program's: accounts could not be found by `admin`, and there were no jobs yet. */
const older = declarations
  .filter(({ name }) => name !== 'jobs')
  .map(declaration =>
    declaration.name === 'accounts'
      ? { ...accountDeclaration, indexes: accountDeclaration.indexes!.filter(({ unique }) => unique) }
      : declaration,
  ) as Declaration<Document>[]

describe('latchkey migrate', () => {
  eachEngine((name, openUrl) => {
    it('says what an older store lacks, adds it while the older program runs, and says what it added', async () => {
      const folder = await CliFolder.make({ LATCHKEY_STORE: await openUrl() })
      const status = () => folder.json<Status>(['migrate', 'status'])
      expect(await status())
        .to.include({ engine: name, upToDate: false })
        .and.not.have.property('format')

      const url = (await folder.json<{ store: string }>(['config', 'check'])).store
      const running = await openStore(url, older)
      const accounts = createAccounts(running)
      await accounts.create({ email: 'ann@example.com', emailVerified: true })
      const missing = await status()
      expect(missing).to.include({ format: 1, upToDate: false })
      const lacking = missing.collections.filter(
        ({ version, missingFields }) => version === undefined || missingFields.length > 0,
      )
      expect(lacking.map(collection => [collection.name, collection.missingFields, collection.toFill])).to.deep.equal([
        ['accounts', ['admin', 'purgeAt'], 1],
        ['jobs', [], 0],
      ])
      const { stdout } = await folder.run(['migrate', 'status'])
      expect(stdout)
        .to.include('`latchkey migrate up` adds:')
        .and.match(/^accounts +admin purgeAt +\S.* +1$/m)
        .and.match(/^jobs \(new\)/m)

      const up = await folder.json<{ upToDate: boolean; added: CollectionState[] }>(['migrate', 'up'])
      expect(up.upToDate).to.equal(true)
      expect(up.added.map(collection => collection.name)).to.deep.equal(['accounts', 'jobs'])
      expect((await status()).upToDate).to.equal(true)
      expect((await folder.run(['migrate', 'up'])).stdout).to.equal('Nothing was missing.\n')

      // Going back needs no step: the older program goes on reading and writing.
      await accounts.create({ email: 'bob@example.com', emailVerified: true })
      expect((await accounts.byName('ann@example.com'))?.email).to.equal('ann@example.com')
      await running.close()
      await folder.remove()
    })
  })

  it('makes no store by looking, and says that there is none', async () => {
    const folder = await CliFolder.make({ LATCHKEY_SECRETS: 'a secret that is longer than 32 characters' })
    const { code, stdout } = await folder.run(['migrate', 'status'])
    expect([code, stdout]).to.deep.equal([
      0,
      'There is no store yet (sqlite): `latchkey migrate up`, or the first start, makes it.\n',
    ])
    expect(readdirSync(folder.path)).to.deep.equal([])
    await folder.remove()
  })

  it('tells of a newer program’s fields, and refuses a store that needs a newer program', async () => {
    const folder = await CliFolder.make()
    const path = `${folder.path}/latchkey.db`
    const indexes = [...accountDeclaration.indexes!, { fields: ['updatedAt'] }]
    const newer = declarations.map(each => (each.name === 'accounts' ? { ...accountDeclaration, indexes } : each))
    await (await openStore(`sqlite:${path}`, newer)).close()
    expect((await folder.run(['migrate', 'status'])).stdout).to.equal(
      'sqlite, format 1; this program knows 1.\n' +
        'A newer program has added accounts.updatedAt; this one works beside it.\nNothing is missing.\n',
    )

    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 2')
    db.close()
    expect((await folder.run(['migrate', 'status'])).stdout).to.include('The store needs a newer Latchkey')
    const { code, stderr } = await folder.run(['migrate', 'up'])
    expect(code).to.equal(1)
    expect(stderr).to.match(/^the store sqlite:\S+ cannot be opened: it has format 2 and needs a newer Latchkey .*\n$/)
    await folder.remove()
  })
})
