import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createSealer } from '../../src/lib/seal.ts'
import { keyDeclaration } from '../../src/oidc/keys/keys.ts'
import type { Child } from '../support/child.ts'
import { introspect } from '../support/endpoints.ts'
import { eachEngine } from '../support/engines.ts'
import { signInForTokens } from '../support/flow.ts'
import { workersOf } from '../support/workers.ts'
import { openStage, type Stage } from './stage.ts'

const CROWD = 8
const REPLACED = 'a worker has taken the place of the one before'

describe('workers', () => {
  let folder: string
  let stage: Stage
  let server: Child

  async function launch(store?: string, env: Record<string, string> = {}): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-workers-'))
    stage = await openStage(store ? { store } : {})
    server = await stage.launch({ LATCHKEY_WORKERS: '2', LATCHKEY_LOG_FILE: join(folder, 'log'), ...env })
  }
  afterEach(async () => {
    await stage?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** The lines of the log with these words, once there are so many. */
  async function logged(message: string, count: number): Promise<unknown[]> {
    for (;;) {
      const lines = server.log().filter(line => line.message === message)
      if (lines.length >= count) return lines.map(line => line['latchkey.worker'])
      // Answered by whichever is there: gives the others time.
      await fetch(`${server.issuer}/healthz`).catch(() => undefined)
    }
  }

  /** Until the server answers over what connections the client has: those that were kept to a dead worker are seen off. */
  async function answering(): Promise<void> {
    for (;;) {
      const answer = await fetch(`${server.issuer}/healthz`).catch(() => undefined)
      if (answer?.ok) return
    }
  }

  eachEngine((_, openUrl) => {
    it('that are killed under load are replaced, and lose nothing that was acknowledged', async () => {
      await launch(await openUrl())
      const before = workersOf(server)
      expect(before).to.have.length(2)
      const accounts = await Promise.all(Array.from({ length: CROWD }, () => stage.server.person()))
      const acknowledged: string[] = []
      let failed = 0
      const has = (message: string) => server.log().some(line => line.message === message)
      const kills = [() => acknowledged.length > 10, () => has(REPLACED), () => acknowledged.length > 60]

      async function signInAgainAndAgain({ email }: { email?: string | undefined }): Promise<void> {
        while (kills.length > 0) {
          const signedIn = signInForTokens({ ...stage.server, issuer: server.issuer }, stage.client, email!)
          await signedIn.then(
            ({ tokens }) => acknowledged.push(tokens.refresh_token),
            async () => {
              failed += 1
              await answering()
            },
          )
          if (!kills[0]?.()) continue
          kills.shift()
          if (kills.length > 0) process.kill(before[2 - kills.length]!, 'SIGKILL')
        }
      }
      await Promise.all(accounts.map(signInAgainAndAgain))
      // What was under way to the worker, once for each of the two: the other one takes over at once.
      expect(failed, 'failed').to.be.at.most(2 * CROWD)
      expect(await logged('a worker has died', 2)).to.have.members([1, 2])

      const tokens = await Promise.all(acknowledged.map(token => introspect(server, stage.client, token)))
      expect(tokens.filter(({ body }) => !body.active)).to.deep.equal([])
      const { code, stderr } = await server.stop()
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    })
  })

  it('that die at once, again and again, end it all with one line and 1', async () => {
    await launch()
    const sealed = await createSealer(['of somebody else']).seal('a key')
    const rings = stage.server.app.store.collection(keyDeclaration)
    await rings.update('signing', ring => ({ ...ring, keys: ring.keys.map(key => ({ ...key, sealed })) }))
    process.kill(workersOf(server)[0]!, 'SIGKILL')
    const { code, stderr } = await server.ended
    expect(code).to.equal(1)
    expect(stderr).to.match(/^worker 1 dies at once, again and again: [^\n]+LATCHKEY_SECRETS[^\n]+\n$/)
  })

  it('end with their primary when a signal reaches all of them, as Ctrl-C does', async () => {
    await launch()
    for (const pid of [...workersOf(server), server.process.pid!]) process.kill(pid, 'SIGINT')
    const { code, stderr, stdout } = await server.ended
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout.match(/Latchkey has stopped/g)).to.have.length(3)
    expect(stdout).to.not.include('died')
  })

  it('do not outlive a primary that is killed', async () => {
    await launch()
    const workers = workersOf(server)
    server.process.kill('SIGKILL')
    await server.ended
    const isThere = (pid: number) => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    // The test's own time limit ends it otherwise.
    while (workers.some(isThere)) await new Promise(setImmediate)
  })

  it('open their log file anew on SIGHUP, all of them', async () => {
    await launch()
    const file = join(folder, 'log')
    await rename(file, `${file}.old`)
    server.process.kill('SIGHUP')
    // With its notice, so that nobody ends before the first signal has come to them.
    server.process.kill('SIGTERM')
    await server.ended
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    const stopped = lines.map(line => JSON.parse(line) as { message: string; 'latchkey.worker'?: number })
    expect(stopped.map(({ message }) => message)).to.deep.equal(Array(3).fill('Latchkey has stopped'))
    expect(stopped.map(line => line['latchkey.worker'])).to.have.members([1, 2, undefined])
  })
})
