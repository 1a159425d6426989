import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { createHasher, HASH_PARAMETERS } from '../../src/core/hashing/hasher.ts'
import type { Refused } from '../../src/lib/errors.ts'

describe('hashing', () => {
  it('tells the right password from a wrong one, and from nobody’s', async () => {
    const { hash, verify } = createHasher({ width: 2, queue: 10 })
    const stored = await hash('seven green lanterns')
    const { memoryCost, timeCost, parallelism } = HASH_PARAMETERS
    expect(stored).to.include(`$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$`)
    const asked = [verify(stored, 'seven green lanterns'), verify(stored, 'wrong'), verify(undefined, 'wrong')]
    expect(await Promise.all(asked)).to.deep.equal([true, false, false])
  })

  it('takes what is no hash for one that nothing matches, and goes on', async () => {
    const { hash, verify } = createHasher({ width: 1, queue: 10 })
    expect(await verify('no hash', 'a password')).to.equal(false)
    expect(await verify(await hash('a password'), 'a password')).to.equal(true)
  })

  it('refuses with 503 what would wait too long, and serves what waits', async () => {
    const { verify } = createHasher({ width: 1, queue: 3 })
    const asked = await Promise.allSettled(Array.from({ length: 6 }, () => verify(undefined, 'wrong')))
    const refused = asked.flatMap(one => (one.status === 'rejected' ? [one.reason as Refused] : []))
    expect(refused.map(({ status, retryAfter }) => [status, retryAfter])).to.deep.equal([
      [503, 2],
      [503, 2],
    ])
  })

  it('gives way to whoever answers requests: its threads have less priority than the event loop', async function () {
    if (process.platform !== 'linux') this.skip()
    await createHasher({ width: 1, queue: 1 }).verify(undefined, 'wrong')
    expect(nicenessOfThreads()).to.include(10)
    expect(nicenessOf(`/proc/${process.pid}/task/${process.pid}`)).to.equal(0)
  })
})

function nicenessOfThreads(): number[] {
  return readdirSync('/proc/self/task').map(thread => nicenessOf(`/proc/self/task/${thread}`))
}

/** proc(5), the 19th field of stat; the name, in brackets, may hold spaces. */
function nicenessOf(folder: string): number {
  return Number(
    readFileSync(`${folder}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[16],
  )
}
