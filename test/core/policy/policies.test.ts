import { expect } from 'chai'
import { createPolicies, type Policies } from '../../../src/core/policy/policies.ts'
import { Refused } from '../../../src/lib/errors.ts'
import { declarations } from '../../../src/oidc/declarations.ts'
import { openStore } from '../../../src/storage/open.ts'
import type { Store } from '../../../src/storage/port.ts'

describe('the policy document', () => {
  let store: Store
  let policies: Policies
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', declarations)
    policies = createPolicies(store)
  })
  afterEach(() => store.close())

  it('keeps what is said for a scope, and who changed it from what to what', async () => {
    await policies.set({ kind: 'client', name: 'notes' }, { accessTokenTtl: 300 }, 'command line')
    await policies.set({ kind: 'client', name: 'notes' }, { accessTokenTtl: 600 }, 'an-account')
    expect((await policies.current()).clients).to.deep.equal({ notes: { accessTokenTtl: 600 } })
    const { items } = await policies.history({ limit: 10 })
    expect(items.map(({ actor, scope, before, after }) => ({ actor, scope, before, after }))).to.deep.equal([
      { actor: 'an-account', scope: 'client notes', before: { accessTokenTtl: 300 }, after: { accessTokenTtl: 600 } },
      { actor: 'command line', scope: 'client notes', before: {}, after: { accessTokenTtl: 300 } },
    ])
  })

  it('loses none of 20 parallel changes', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `client-${at}`)
    await Promise.all(
      names.map(name => policies.set({ kind: 'client', name }, { accessTokenTtl: 300 }, 'command line')),
    )
    expect(Object.keys((await policies.current()).clients)).to.have.members(names)
  })

  it('changes single settings, and loses none of several that are changed at once', async () => {
    const notes = { kind: 'client', name: 'notes' } as const
    const changes = [{ accessTokenTtl: 300 }, { refreshTokenTtl: 600 }, { refreshTokenMaxTtl: 900 }]
    await Promise.all(changes.map(change => policies.amend(notes, change, 'command line')))
    await policies.amend(notes, { refreshTokenTtl: undefined }, 'command line')
    expect((await policies.current()).clients.notes).to.deep.equal({ accessTokenTtl: 300, refreshTokenMaxTtl: 900 })
  })

  it('finds nothing said before for a role that is named like what objects inherit', async () => {
    await policies.amend({ kind: 'role', name: 'constructor' }, { accessTokenTtl: 300 }, 'command line')
    expect((await policies.history({ limit: 1 })).items[0]).to.deep.include({ before: {} })
  })

  it('refuses to say about one client what all apps of a browser share', async () => {
    for (const shared of [{ sessionIdleTtl: 600 }, { rememberAllowed: false }]) {
      const said = policies.set({ kind: 'client', name: 'notes' }, shared, 'command line')
      const error = await said.catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(Refused).and.have.property('field', Object.keys(shared)[0])
    }
  })

  for (const wanted of [
    { accessTokenTtl: 1 },
    { accessTokenTtl: '5m' },
    { unknown: 1 },
    { requiredAcr: 'urn:latchkey:acr:9' },
    'text',
  ]) {
    it(`refuses ${JSON.stringify(wanted)}, and changes nothing`, async () => {
      const error = await policies.set({ kind: 'everyone' }, wanted, 'command line').catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(Refused)
      expect((error as Refused).code).to.equal('policy.invalid')
      expect((await policies.current()).revision).to.equal(0)
    })
  }
})
