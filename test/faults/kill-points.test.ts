// kill -9 at random points of sign-in, refresh, sign-out and disable, under concurrent load, and a restart on the same
// store each time.
import { expect } from 'chai'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClientView } from '../../src/oidc/clients/clients.ts'
import { storePassword } from '../../src/methods/password/set.ts'
import { startChild, type Child } from '../support/child.ts'
import { moveClock, resetClock } from '../support/clock.ts'
import { claimsIn } from '../support/endpoints.ts'
import { startReceiver, type Receiver } from '../support/receiver.ts'
import { freePort } from '../support/ports.ts'
import { PASSWORD, startServer } from '../support/server.ts'
import { expectInvariants } from './invariants.ts'
import { Worker, type Person } from './load.ts'

/** So many acts are to be under way, all together, when their servers are killed. */
const POINTS = 200
const WORKERS = 10
/** Of these, so many are disabled before the server is killed, or as it is. */
const DISABLED = 2
const DISABLER = join(import.meta.dirname, 'disabler.ts')

describe('kill -9 of a server under load', () => {
  let folder: string
  let store: string
  let env: Record<string, string>
  let receiver: Receiver
  let client: ClientView
  let people: Person[]
  let workers: Worker[]
  let server: Child
  let disabler: ChildProcess

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-kill-'))
    store = `sqlite:${join(folder, 'latchkey.db')}`
    receiver = await startReceiver()
    const desk = await startServer({ store })
    client = await desk.register('web', {
      first_party: true,
      backchannel_logout_uri: receiver.url,
      backchannel_logout_session_required: true,
    })
    const hash = await desk.app.methodServices.hasher.hash(PASSWORD)
    people = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const person = await desk.app.accounts.create({ email: `person${i}@example.com`, emailVerified: true })
        await storePassword(desk.app.methodServices, person.id, { hash })
        return person
      }),
    )
    await desk.close()
    env = {
      LATCHKEY_STORE: store,
      LATCHKEY_SECRETS: desk.env.LATCHKEY_SECRETS!,
      LATCHKEY_PORT: String(await freePort()),
      LATCHKEY_DATA_DIR: folder,
      // A try that a kill cut short counts as a failure, and all come from one address.
      LATCHKEY_ADDRESS_FAILURES: '1000000',
    }
  })
  after(async () => {
    for (const child of [server?.process, disabler]) child?.kill('SIGKILL')
    await receiver?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const newWorker = () => new Worker({ issuer: `http://localhost:${env.LATCHKEY_PORT}` }, client, people.pop()!)

  async function startBoth(): Promise<void> {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATCHKEY_'))
    disabler = fork(DISABLER, { env: { ...Object.fromEntries(inherited), ...env } })
    disabler.on('message', id => {
      const worker = workers.find(({ person }) => person.id === id)
      if (worker) worker.disabled = 'done'
    })
    const ready = once(disabler, 'message')
    server = await startChild(env)
    await ready
  }

  function disable(worker: Worker): void {
    worker.disabled = 'asked'
    disabler.send(worker.person.id)
  }

  /** Runs the load, and kills both processes at a random point. @returns how many acts were under way */
  async function killUnderLoad(): Promise<number> {
    let requests = 0
    const target = WORKERS + random(80)
    const disableAt = new Map(workers.slice(0, DISABLED).map(worker => [target - random(8), worker]))
    const reached = Promise.withResolvers<void>()
    const begun = () => {
      requests += 1
      const worker = disableAt.get(requests)
      if (worker) disable(worker)
      if (requests === target) reached.resolve()
    }
    const runs = workers.map(worker => worker.run(begun))
    await reached.promise
    for (let turns = random(60); turns > 0; turns -= 1) await nextTurn()
    const exits = [server.ended, once(disabler, 'exit')]
    const asked = workers.filter(({ disabled }) => disabled === 'asked').length
    server.process.kill('SIGKILL')
    disabler.kill('SIGKILL')
    await Promise.all([...runs, ...exits])
    return asked + workers.filter(({ underWay }) => underWay).length
  }

  it('loses nothing that was acknowledged, and does nothing without its record and its entry', async function () {
    this.timeout(600_000)
    workers = Array.from({ length: WORKERS }, newWorker)
    let points = 0
    let ended = new Set<string>()
    for (let round = 0; points < POINTS; round += 1) {
      await startBoth()
      await Promise.all(workers.map(worker => worker.check()))
      workers = workers.map(worker => (worker.disabled ? newWorker() : worker)).sort(() => Math.random() - 0.5)
      points += await killUnderLoad()
      ended = await expectInvariants(store, new Set(toldSids()))
    }
    expect(ended.size, 'sessions that ended').to.be.above(10)
    await expectAllTold(ended)
  })

  const toldSids = () => receiver.tokens.map(token => String(claimsIn(token).sid))

  /** What the killed servers had left to tell is told by the next one. */
  async function expectAllTold(sids: Set<string>): Promise<void> {
    const desk = await startServer({ store, jobs: false, env: { LATCHKEY_SECRETS: env.LATCHKEY_SECRETS! } })
    try {
      const job = desk.app.jobs.find(({ name }) => name === 'send-logouts')!
      moveClock(60_000)
      while ((await job.run()) !== '0 apps told, 0 not reached') moveClock(60_000)
      expect(toldSids()).to.include.members([...sids])
    } finally {
      resetClock()
      await desk.close()
    }
  }
})

function random(below: number): number {
  return Math.floor(Math.random() * below)
}
