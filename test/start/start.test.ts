import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eachEngine } from '../support/engines.ts'
import { signIn } from '../support/flow.ts'
import { PASSWORD } from '../support/server.ts'
import { Visitor, wordsOf, type VisitedPage } from '../support/visitor.ts'
import { npmStart, npmStartRefused, type Started } from './newcomer.ts'

describe('npm start', () => {
  let folders: string[] = []
  let running: Started[] = []

  afterEach(async () => {
    for (const started of running) await started.interrupt()
    for (const folder of folders) await rm(folder, { recursive: true })
    folders = []
    running = []
  })

  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
    folders.push(folder)
    return folder
  }

  async function start(choices: Parameters<typeof npmStart>[0]): Promise<Started> {
    const started = await npmStart(choices)
    running.push(started)
    return started
  }

  /** From the example app to the page of Latchkey's that it sends a browser to. */
  async function openFrom(visitor: Visitor, example: string, path: string): Promise<VisitedPage> {
    const response = await fetch(`${example}${path}`, { redirect: 'manual' })
    return visitor.open(response.headers.get('location')!)
  }

  eachEngine((_, openUrl) => {
    it('says where everything is, and everything is there', async () => {
      const dataDir = await newFolder()
      const { block, printed } = await start({ dataDir, store: await openUrl() })
      expect([...block.keys()]).to.deep.equal(['Latchkey', 'Example app', 'First administrator', 'Mail'])
      const issuer = block.get('Latchkey')!
      const example = block.get('Example app')!.split(' ')[0]!
      const discovery = await fetch(`${issuer}/.well-known/openid-configuration`)
      expect(discovery.status).to.equal(200)
      expect(await discovery.json()).to.include({ issuer })

      // Nothing but the block: no log lines around it.
      expect(await printed(/Mail/)).to.not.include('{')
      expect(block.get('Mail')).to.equal(`printed here, and kept in ${join(dataDir, 'mail')}`)
      const visitor = new Visitor(issuer)
      const page = await openFrom(visitor, example, '/sign-up')
      await visitor.submit(page, '/signup', { email: 'rosa@example.com', password: PASSWORD })
      const [, code] = /Your code is (\d{6})/.exec(await printed(/Your code is \d{6}/))!
      const [file] = await readdir(join(dataDir, 'mail'))
      expect(await readFile(join(dataDir, 'mail', file!), 'utf8')).to.include(`Your code is ${code}`)
    })

    it('sets up the first administrator once, by the link, and offers none when there is one', async () => {
      const choices = { dataDir: await newFolder(), store: await openUrl() }
      const first = await start(choices)
      const link = first.block.get('First administrator')!.split(' ')[0]!
      const visitor = new Visitor(first.block.get('Latchkey')!)
      const form = await visitor.open(link)
      const done = await visitor.submit(form, new URL(link).pathname, { email: 'ada@example.com', password: PASSWORD })
      expect(wordsOf(done)).to.include('You are set up')
      expect((await visitor.open(link)).status).to.equal(410)
      expect(await first.interrupt()).to.include({ code: 0, stderr: '' })

      const second = await start(choices)
      expect([...second.block.keys()]).to.deep.equal(['Latchkey', 'Example app', 'Mail'])
      const later = new Visitor(second.block.get('Latchkey')!)
      const page = await openFrom(later, second.block.get('Example app')!.split(' ')[0]!, '/sign-in')
      expect(wordsOf(await signIn(later, page, 'ada@example.com'))).to.include('Allow Acme Notes to use your account?')
    })
  })

  it('does the same by two workers', async () => {
    const { block, printed, interrupt } = await start({ dataDir: await newFolder(), workers: 2 })
    expect([...block.keys()]).to.deep.equal(['Latchkey', 'Example app', 'First administrator', 'Mail'])
    const visitor = new Visitor(block.get('Latchkey')!)
    const page = await openFrom(visitor, block.get('Example app')!.split(' ')[0]!, '/sign-up')
    await visitor.submit(page, '/signup', { email: 'rosa@example.com', password: PASSWORD })
    await printed(/Your code is \d{6}/)
    expect(await interrupt()).to.include({ code: 0, stderr: '' })
  })

  it('stops everything on Ctrl-C', async () => {
    const { block, interrupt } = await start({ dataDir: await newFolder() })
    expect(await interrupt()).to.include({ code: 0, stderr: '' })
    for (const name of ['Latchkey', 'Example app']) {
      const gone = await fetch(block.get(name)!.split(' ')[0]!).catch((error: Error) => error.message)
      expect(gone).to.equal('fetch failed')
    }
  })

  it('says in one line that a port is in use', async () => {
    const other = createServer().listen(0, 'localhost')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const dataDir = await newFolder()
    const [own, example] = [
      await npmStartRefused({ dataDir, port }),
      await npmStartRefused({ dataDir, examplePort: port }),
    ]
    other.close()
    expect(own.code).to.equal(1)
    expect(own.stderr).to.equal(`port ${port} is in use: stop what listens there, or set LATCHKEY_PORT\n`)
    expect(example.code).to.equal(1)
    expect(example.stderr).to.equal(`--example-port ${port}: cannot be listened on (EADDRINUSE); give another\n`)
  })
})
