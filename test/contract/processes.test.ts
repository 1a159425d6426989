import { once } from 'node:events'
import { expect } from 'chai'
import type { Filled } from './child.ts'
import { killChildren, startChild } from './children.ts'
import { onSharedEngines, onSqlite } from './engines.ts'
import { codes, people, person } from './samples.ts'

onSharedEngines('several processes on one store', bench => {
  afterEach(killChildren)

  const startTwo = () => Promise.all([startChild(bench.url), startChild(bench.url)])

  it('all open it at the same moment while it is new', async () => {
    const four = await Promise.all([1, 2, 3, 4].map(() => startChild(bench.url)))
    await four[0]!.run('count')
    expect((await (await bench.open(people)).get('ada'))?.age).to.equal(100)
  })

  it('give a code to one caller among all', async () => {
    const collection = await bench.open(codes)
    await collection.insert({ id: 'code' })
    const won = await Promise.all((await startTwo()).map(child => child.run<number>('useCode')))
    expect(won).to.have.members([0, 1])
  })

  it('take a unique value once', async () => {
    const won = await Promise.all((await startTwo()).map(child => child.run<number>('takeAddress')))
    expect(won).to.have.members([0, 1])
    expect(await (await bench.open(people)).count({})).to.equal(1)
  })

  it('lose no update of one document', async () => {
    await Promise.all((await startTwo()).map(child => child.run('count')))
    expect((await (await bench.open(people)).get('ada'))?.age).to.equal(200)
  })

  it('see what the others have written, once it is acknowledged', async () => {
    const mine = await bench.open(people)
    const theirs = await bench.open(people)
    await mine.insert(person('ada'))
    expect(await theirs.get('ada')).to.deep.equal(person('ada'))
    await theirs.update('ada', doc => ({ ...doc, age: 1 }))
    expect((await mine.first({ email: 'ada@example.com' }))?.age).to.equal(1)
  })

  it('keep every acknowledged write when one is killed in the middle of its work', async () => {
    const { process: child } = await startChild(bench.url)
    const acknowledged: string[] = []
    child.on('message', ({ acknowledged: id }: { acknowledged: string }) => {
      acknowledged.push(id)
      if (acknowledged.length === 500) child.kill('SIGKILL')
    })
    child.send({ task: 'writeOn' })
    await once(child, 'close')

    const collection = await bench.open(people)
    expect(acknowledged.length).to.be.at.least(500)
    for (const id of acknowledged) expect((await collection.get(id))?.note).to.equal('updated')
    await collection.insert(person('afterwards'))
  })
})

onSqlite('a full disk', bench => {
  afterEach(killChildren)

  it('fails the write as Unavailable, keeps what was acknowledged, and heals', async function () {
    if (process.platform === 'win32') return this.skip()
    // No file may grow beyond this many blocks of 512 bytes: to SQLite as good as a full disk.
    const child = await startChild(bench.url, 'ulimit -f 1000')
    const { acknowledged, error, readAfterwards } = await child.run<Filled>('fill')
    expect({ error, readAfterwards }).to.deep.equal({ error: 'Unavailable', readAfterwards: true })
    expect(acknowledged).to.not.have.length(0)
    killChildren()

    const collection = await bench.open(people)
    const kept = await collection.list({}, { limit: 10_000 })
    expect(kept.items.map(({ id }) => id)).to.have.members(acknowledged)
    await collection.insert(person('afterwards'))
  })
})
