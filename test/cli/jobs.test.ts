import { expect } from 'chai'
import { createJobRecords } from '../../src/core/job-records.ts'
import type { JobFacts } from '../../src/cli/jobs/run-job.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { openStore } from '../../src/storage/open.ts'
import { CliFolder } from './cli.ts'

describe('latchkey jobs', () => {
  let folder: CliFolder
  before(async () => void (folder = await CliFolder.make()))
  after(() => folder.remove())

  const list = async () => (await folder.json<{ items: JobFacts[] }>(['jobs', 'list'])).items

  it('lists every job, and how its last run went', async () => {
    const before = await list()
    const names = [
      'remove-expired',
      'purge-accounts',
      'end-sign-ins',
      'send-logouts',
      'send-outbox',
      'tell-of-recoveries',
      'shorten-traces',
      'rotate-keys',
    ]
    expect(before.map(({ name }) => name)).to.have.members(names)
    for (const job of before) expect(job).to.include({ running: false }).and.not.have.property('outcome')

    const ran = await folder.json<JobFacts>(['jobs', 'run', 'rotate-keys'])
    expect(ran).to.include({ name: 'rotate-keys', outcome: 'success', result: 'not due' })
    expect(ran.durationMs).to.be.a('number')
    expect((await list()).find(({ name }) => name === 'rotate-keys')).to.deep.equal(ran)
    const { stdout } = await folder.run(['jobs', 'list'])
    expect((await folder.run(['jobs', 'run', 'send-logouts'])).stdout).to.match(/^send-logouts: 0 apps told, /)
    expect(stdout)
      .to.match(/^NAME +EVERY +LAST RUN +TOOK +OUTCOME +RESULT +ABOUT\n/)
      .and.match(/^send-logouts +5s +never +tells apps/m)
      .and.match(/^rotate-keys +1h +\d{4}-\S+Z +\d+ ms +success +not due +makes/m)
  })

  it('leaves a job alone that another process is running', async () => {
    const store = await openStore(`sqlite:${folder.path}/latchkey.db`, declarations)
    const holder = await createJobRecords(store).take('remove-expired', Date.now())
    const { code, stderr } = await folder.run(['jobs', 'run', 'remove-expired'])
    const running = (await list()).find(({ name }) => name === 'remove-expired')
    await createJobRecords(store).end('remove-expired', holder!, 'success', 'done')
    await store.close()
    expect([code, stderr]).to.deep.equal([1, 'remove-expired is being run by another process just now.\n'])
    expect(running).to.include({ running: true })
    expect((await folder.run(['jobs', 'run', 'remove-expired'])).code).to.equal(0)
  })

  it('says which jobs there are, and how one failed', async () => {
    const unknown = await folder.run(['jobs', 'run', 'nonsense'])
    expect(unknown.stderr).to.match(/^There is no job nonsense: expected remove-expired, [^\n]*\.\n$/)
    const env = { LATCHKEY_SECRETS: 'another secret of more than 32 characters' }
    const failed = await folder.run(['jobs', 'run', 'send-logouts'], { env })
    expect(failed.code).to.equal(1)
    expect(failed.stderr).to.match(/^send-logouts failed: sealed under a secret [^\n]*\n$/)
    expect((await list()).find(({ name }) => name === 'send-logouts')).to.include({ outcome: 'failure' })
  })
})
