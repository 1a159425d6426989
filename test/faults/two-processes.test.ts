// One browser, two processes on one store, and a load balancer that sends each request to the other; or two workers on one
// port, of which the parallel requests of a race come to both: what happens once, happens once across both.
import { expect } from 'chai'
import { ADMIN } from '../../src/core/accounts/accounts.ts'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { COMMON, eachEngine, WITH_REDIS } from '../support/engines.ts'
import { attemptOf, authorization, signIn, signUp } from '../support/flow.ts'
import { codeIn } from '../support/mailbox.ts'
import { startFleet, type Fleet } from '../support/processes.ts'
import { RoutedVisitor } from '../support/routed-visitor.ts'
import { PASSWORD, REDIRECT_URI, startServer, type TestServer } from '../support/server.ts'
import { wordsOf } from '../support/visitor.ts'

const RACERS = 50

for (const [who, processes, workers, engines] of [
  ['two processes', 2, '1', WITH_REDIS],
  ['two workers of one server', 1, '2', COMMON],
] as const)
  describe(`sign-in by ${who} on one store`, () => {
    eachEngine((_name, openUrl, env) => {
      let desk: TestServer
      let fleet: Fleet
      let client: ClientView
      let turn = 0

      before(async () => {
        const store = await openUrl()
        desk = await startServer({ store, env })
        const { LATCHKEY_SECRETS, LATCHKEY_MAIL = '' } = desk.env
        fleet = await startFleet(processes, store, LATCHKEY_SECRETS, {
          ...env,
          LATCHKEY_WORKERS: workers,
          LATCHKEY_MAIL,
          LATCHKEY_ADDRESS_FAILURES: '1000',
        })
        client = await desk.register('web', { first_party: true })
      })
      after(async () => {
        await Promise.all([desk?.close(), fleet?.stop()])
      })

      const browser = () => new RoutedVisitor(fleet.issuer, () => fleet.addresses[(turn += 1) % processes]!)
      async function begin() {
        const visitor = browser()
        return { visitor, page: await visitor.open(authorization(fleet, client).url) }
      }
      const race = (run: (racer: number) => Promise<Response>) =>
        Promise.all(
          Array.from({ length: RACERS }, async (_, racer) => {
            const response = await run(racer)
            return { status: response.status, words: wordsOf({ html: await response.text() }) }
          }),
        )
      async function registering(email: string) {
        const { visitor, page } = await begin()
        await signUp(visitor, page, { email })
        return { visitor, at: attemptOf(page), code: codeIn(await desk.mailbox.next(email)) }
      }

      it('goes from page to page, whichever of them answers', async () => {
        const { visitor, at, code } = await registering('both@example.com')
        const end = await visitor.post(`${at}/verify`, { code })
        expect(end.url.href.startsWith(`${REDIRECT_URI}?code=`)).to.equal(true)
      })

      it('makes one account of 50 right codes', async () => {
        const { visitor, at, code } = await registering('race@example.com')
        const answers = await race(() => visitor.send('POST', `${at}/verify`, { code }))
        expect(answers.filter(({ status }) => status >= 500)).to.deep.equal([])
        const { items } = await desk.app.accounts.list({ limit: 100 })
        expect(items.filter(({ email }) => email === 'race@example.com')).to.have.length(1)
        const end = await visitor.open(at)
        expect(end.status === 410 || end.url.searchParams.has('code'), `${end.status} ${end.url}`).to.equal(true)
      })

      it('looks at five of 50 wrong codes', async () => {
        const { visitor, at, code } = await registering('guess@example.com')
        const wrong = code === '111111' ? '222222' : '111111'
        const answers = await race(() => visitor.send('POST', `${at}/verify`, { code: wrong }))
        expect(answers.filter(({ words }) => words.includes('That is not the code we sent'))).to.have.length(5)
      })

      it('looks at five of 50 wrong passwords', async () => {
        const { email } = await desk.person()
        const { visitor, page } = await begin()
        await visitor.submit(page, '/identify', { identifier: email })
        const at = `${attemptOf(page)}/prove/password`
        const answers = await race(racer => visitor.send('POST', at, { password: `wrong ${racer}` }))
        expect(answers.filter(({ status }) => status === 400)).to.have.length(5)
        expect(answers.filter(({ status }) => status === 429)).to.have.length(RACERS - 5)
      })

      it('looks at five of 200 wrong passwords, and lets the person in on the device they are known on', async () => {
        const { email } = await desk.person()
        const home = browser()
        await signIn(home, await home.open(authorization(fleet, client).url), email)
        const guesses = await Promise.all(
          Array.from({ length: 200 }, async (_, at) => {
            if (at % 20 > 0) return undefined
            const { visitor, page } = await begin()
            await visitor.submit(page, '/identify', { identifier: email })
            return { visitor, at: `${attemptOf(page)}/prove/password` }
          }),
        )
        const attempts = guesses.filter(one => one !== undefined)
        const answers = await Promise.all(
          Array.from({ length: 200 }, (_, at) => {
            const one = attempts[at % attempts.length]!
            return one.visitor.send('POST', one.at, { password: `wrong ${at}` })
          }),
        )
        expect(answers.filter(({ status }) => status === 400)).to.have.length(5)
        expect(answers.filter(({ status }) => status === 429)).to.have.length(195)
        const again = await home.open(authorization(fleet, client, { prompt: 'login' }).url)
        const page = await home.submit(again, '/prove/password', { password: PASSWORD })
        expect(page.url.href.startsWith(`${REDIRECT_URI}?code=`), page.url.href).to.equal(true)
      })

      it('makes one administrator of one link', async () => {
        const link = `/invite/${await desk.app.invitations.make([ADMIN])}`
        const answers = await race(racer =>
          browser().send('POST', link, { email: `a${racer}@example.com`, password: PASSWORD }),
        )
        expect(answers.filter(({ status }) => status === 200)).to.have.length(1)
        expect(answers.filter(({ status }) => status === 410)).to.have.length(RACERS - 1)
      })
    }, engines)
  })
