// CONTRIBUTING.md: adding a way to sign in is a folder and a line in the list.
import { expect } from 'chai'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { methods } from '../../src/methods/list.ts'
import { claimsIn, authorize } from '../support/endpoints.ts'
import { codeOf, redeem } from '../support/flow.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { wordsOf } from '../support/visitor.ts'
import { toy } from './toy/toy.ts'

describe('a method that is added to the list', () => {
  let server: TestServer
  let client: ClientView
  before(async () => {
    server = await startServer({ methods: [...methods, toy] })
    client = await server.register('web', { first_party: true })
  })
  after(() => server.close())

  async function puzzled(): Promise<string> {
    const { id, email } = await server.person()
    const now = Date.now()
    const credential = { id: `toy:${id}`, accountId: id, method: 'toy', data: { answer: 'a river' } }
    await server.app.methodServices.credentials.insert({ ...credential, createdAt: now, updatedAt: now })
    return email
  }
  async function asked(identifier: string) {
    const begun = await authorize(server, client)
    const page = await begun.visitor.submit(begun.page, '/identify', { identifier })
    expect(wordsOf(page)).to.include('Answer the riddle')
    return { ...begun, page: await begun.visitor.open(`${page.url.pathname}/prove/toy`) }
  }

  it('signs a person in, by the shared routes alone, and stands in the ID token', async () => {
    const { visitor, page, codeVerifier } = await asked(await puzzled())
    const end = await visitor.submit(page, '/prove/toy', { code: 'a river' })
    const { body } = await redeem(server, client, codeOf(end), codeVerifier)
    expect(claimsIn(body.id_token)).to.deep.include({ acr: 'urn:latchkey:acr:1', amr: ['kba'] })
  })

  it('is refused on its own page, limited, and offered to everybody alike', async () => {
    const { visitor, page } = await asked('nobody@example.com')
    const tried = async () => (await visitor.submit(page, '/prove/toy', { code: 'a road' })).status
    const statuses = []
    for (let times = 0; times < 6; times += 1) statuses.push(await tried())
    expect(statuses).to.deep.equal([400, 400, 400, 400, 400, 429])
  })

  it('is offered first to who used it last in this browser', async () => {
    const email = await puzzled()
    const { visitor, page } = await asked(email)
    await visitor.submit(page, '/prove/toy', { code: 'a river' })
    const again = await authorize(server, client, { prompt: 'login' }, visitor)
    expect(again.page.html).to.include('/prove/toy"')
    const switched = await visitor.submit(again.page, '/switch')
    const theirs = await visitor.submit(switched, '/identify', { identifier: (await server.person()).email })
    expect(theirs.html).to.include('name="password"')
  })

  it('is named by policy', async () => {
    await server.app.policies.set({ kind: 'client', name: client.client_id }, { allowedMethods: ['toy'] }, 'a test')
    const begun = await authorize(server, client)
    const page = await begun.visitor.submit(begun.page, '/identify', { identifier: await puzzled() })
    expect(page.html).to.include('/prove/toy').and.to.not.include('/prove/password')
  })
})
