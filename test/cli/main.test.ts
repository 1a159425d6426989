import { expect } from 'chai'
import { runCli } from './cli.ts'

describe('the command line', () => {
  it('lists its nouns, and needs no configuration for it', async () => {
    const { code, stdout } = await runCli(['--help'], { env: { LATCHKEY_PORT: 'not a port' } })
    expect(code).to.equal(0)
    const nouns = `users clients sessions tokens keys secrets policy security jobs migrate config debug seed doctor`
    for (const noun of nouns.split(' ')) expect(stdout).to.match(new RegExp(`^  ${noun} `, 'm'))
  })

  it('tells its version', async () => {
    expect((await runCli(['--version'])).stdout).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  it('exits with 2 for wrong usage, and says what was meant', async () => {
    const wrong = [
      [['user', 'list'], 'Did you mean users?'],
      [['users', 'lst'], 'Did you mean list?'],
      [['users', 'list', '--jsn'], 'Did you mean --json?'],
      [['users', 'list', '--limit', '0'], 'from 1 to 1000'],
      [['users', 'show'], "missing required argument 'name'"],
      [['users', 'create'], '--email'],
    ] as const
    const outcomes = await Promise.all(wrong.map(([args]) => runCli([...args])))
    outcomes.forEach(({ code, stdout, stderr }, index) => {
      expect(stderr).to.include(wrong[index]![1])
      expect([code, stdout]).to.deep.equal([2, ''])
    })
  })
})
