// The benchmark itself, as small as it gets: what it writes must be what the documents are made from.
import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { measuredMarkdown } from '../../../scripts/bench/report/markdown.ts'
import { readReport } from '../../../scripts/bench/report/report.ts'
import { svg } from '../../../scripts/bench/report/svg.ts'

const MAIN = join(import.meta.dirname, '../../../scripts/bench/main.ts')

describe('npm run bench', () => {
  let folder: string
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-test-'))))
  after(() => rm(folder, { recursive: true }))

  it('measures both servers, and writes what the documents are made from', async () => {
    const json = join(folder, 'figures.json')
    const small = ['--connections', '1', '--seconds', '0.05', '--rounds', '1', '--json', json]
    const { stdout } = await promisify(execFile)(process.execPath, [
      MAIN,
      '--sections',
      'throughput',
      '--only',
      'refresh',
      ...small,
    ])
    expect(stdout).to.match(/Refresh, with rotation +at least 0\.70 of the Map/)

    const report = readReport(json)
    const [section] = report.sections
    expect(section).to.include({ name: 'throughput' }).and.have.property('errors').that.deep.equals([])
    expect(section!.machine).to.include({ Node: process.version, 'Password hash': 'argon2id, 19 MiB, t=2, p=1' })
    const [table] = section!.tables
    const [row] = table!.rows
    expect(table!.headings.slice(0, 5)).to.deep.equal(['case', 'connections', 'Latchkey/s', 'Map/s', 'ratio'])
    expect(row!.slice(0, 2)).to.deep.equal(['refresh', 1])
    expect(row![4]).to.equal(Number(row![2]) / Number(row![3]))

    expect(measuredMarkdown(report)).to.include('| refresh | 1 |').and.include('performance/throughput.svg')
    expect(section!.charts.map(svg).join('')).to.include('Refresh, with rotation')
  })

  it('says what it does not know', async () => {
    const failed = await promisify(execFile)(process.execPath, [MAIN, '--only', 'nothing']).catch(
      (error: unknown) => error,
    )
    expect(failed).to.have.property('code', 1)
    expect(failed).to.have.property('stderr').that.includes('--only: expected some of')
  })
})
