import { connect } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { authorization } from '../support/flow.ts'
import type { Child } from '../support/child.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor } from '../support/visitor.ts'
import { openStage, type Stage } from './stage.ts'

for (const workers of ['1', '2'])
  describe(`a server of ${workers} that is told to stop (SIGTERM)`, () => {
    let stage: Stage
    let child: Child
    before(async () => {
      stage = await openStage()
    })
    beforeEach(async () => {
      child = await stage.launch({ LATCHKEY_WORKERS: workers })
    })
    afterEach(() => child.process.kill('SIGKILL'))
    after(() => stage.close())

    it('under load: says so at /readyz, ends what it has begun, fails no request that it took, and exits with 0', async () => {
      const people = await Promise.all(Array.from({ length: 8 }, () => stage.server.person()))
      let answered = 0
      const failures: unknown[] = []
      // As a load balancer does: nothing new goes to a process that is not ready.
      const isUp = { yes: true }

      /** What its requests were answered, of which each is one that the load balancer decides about. */
      async function signInOnce(who: number): Promise<number[]> {
        const from = { 'x-forwarded-for': `10.9.${who}.1` }
        const visitor = new Visitor(child.issuer)
        const begun = await visitor.send('GET', authorization(child, stage.client).url, undefined, from)
        const at = begun.headers.get('location')!
        const statuses = [begun.status]
        for (const [path, fields] of [
          ['/identify', { identifier: people[who]!.email }],
          ['/prove/password', { password: PASSWORD }],
        ] as const) {
          if (!isUp.yes) return statuses
          statuses.push((await visitor.send('POST', at + path, fields, from)).status)
        }
        answered += 1
        if (answered === 20) child.process.kill('SIGTERM')
        return statuses
      }
      async function signInAgainAndAgain(who: number): Promise<void> {
        while (isUp.yes) {
          try {
            const statuses = await signInOnce(who)
            if (statuses.some(status => status !== 303)) failures.push(statuses)
          } catch (error) {
            failures.push(error)
          }
        }
      }
      async function watchReadiness(): Promise<Set<number>> {
        const seen = new Set<number>()
        while (isUp.yes) {
          try {
            const { status } = await fetch(`${child.issuer}/readyz`)
            seen.add(status)
            if (status !== 200) isUp.yes = false
          } catch (error) {
            failures.push(error)
            isUp.yes = false
          }
        }
        return seen
      }

      const crowd = people.map((_, who) => signInAgainAndAgain(who))
      const [readiness] = await Promise.all([watchReadiness(), ...crowd])
      expect(failures).to.deep.equal([])
      expect(readiness).to.deep.equal(new Set([200, 503]))
      expect(answered).to.be.above(20)
      expect(await child.ended).to.include({ code: 0, signal: null, stderr: '' })
    })

    it('while a request is half sent: waits for the rest, and answers it', async () => {
      const socket = connect(Number(new URL(child.issuer).port), 'localhost')
      const body = 'grant_type=client_credentials'
      socket.write(
        `POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
      )
      await once(socket, 'connect')
      // What was sent has reached the server once a later request is answered.
      await fetch(`${child.issuer}/healthz`)
      child.process.kill('SIGTERM')
      while ((await fetch(`${child.issuer}/readyz`)).status !== 503);
      socket.write(body.slice(10))
      const answer = await text(socket)
      expect(answer).to.match(/^HTTP\/1\.1 4\d\d /)

      expect((await child.ended).code).to.equal(0)
    })

    it('and interrupted (SIGINT) at a keyboard: stops without ado', async () => {
      child.process.kill('SIGINT')
      expect((await child.ended).code).to.equal(0)
    })

    it('and told twice, while nobody is there: exits with 0, having said that it stopped', async () => {
      child.process.kill('SIGTERM')
      child.process.kill('SIGTERM')
      const { code, stdout } = await child.ended
      expect(code).to.equal(0)
      expect(stdout).to.include('Latchkey has stopped')
    })
  })
