import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { openStore } from '../../src/storage/open.ts'
import { CannotOpen, Unavailable, type Collection, type Store } from '../../src/storage/port.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { onEveryEngine, onServers } from './engines.ts'
import { expectRejection } from './expect-rejection.ts'
import { people, person, type Person } from './samples.ts'

onEveryEngine('a closed store', bench => {
  it('finishes the writes that were under way', async function () {
    const store = await bench.openStore(people)
    const collection = store.collection(people)
    const write = collection.insert(person('ada'))
    if (bench.url.startsWith('sqlite')) {
      await store.close()
      await write
    } else {
      await write
      await store.close()
    }
    await store.close()
  })

  it('is unavailable', async () => {
    const store = await bench.openStore(people)
    await store.close()
    await expectUnavailable(store)
  })
})

onServers('a server that is away', bench => {
  let proxy: Proxy
  let store: Store

  beforeEach(async function () {
    const url = new URL(bench.url)
    // A replica set of TEST_MONGODB_URI, or a TLS server, cannot be reached by another name.
    if (!['mongodb:', 'redis:'].includes(url.protocol)) return this.skip()
    proxy = await startProxy(url.hostname, Number(url.port || (url.protocol === 'redis:' ? 6379 : 27_017)))
    url.host = `127.0.0.1:${proxy.port}`
    if (url.protocol === 'mongodb:') url.search = '?directConnection=true'
    store = await openStore(url.href, [people])
    await store.collection(people).insert(person('ada'))
  })

  afterEach(async () => {
    await store?.close()
    await proxy?.close()
  })

  it('makes every call Unavailable, and is used again when it is back', async () => {
    await proxy.cut()
    await expectUnavailable(store)
    await proxy.restore()
    await recovered(store)
    expect(await store.collection(people).get('ada')).to.deep.equal(person('ada'))
    await store.collection(people).update('ada', doc => ({ ...doc, age: 1 }))
  })

  it('makes every call Unavailable when it hangs, too', async () => {
    proxy.stall()
    await expectUnavailable(store)
    await proxy.restore()
    await recovered(store)
    expect((await store.collection(people).get('ada'))?.id).to.equal('ada')
  })
})

describe('a store that is not there', () => {
  for (const url of [
    'mongodb://someone:secret@127.0.0.1:1/latchkey',
    'redis://someone:secret@127.0.0.1:1',
    'rediss://:secret@127.0.0.1:1/1',
    'redis+sentinel://:secret@127.0.0.1:1,127.0.0.1:2/main?sentinelPassword=secret',
    'redis+cluster://:secret@127.0.0.1:1,127.0.0.1:2',
    'redis://:secret@',
    'sqlite:/dev/null/x/latchkey.db',
    'sqlite:/',
    'sqlite:',
    'postgres://localhost',
    '',
    'nonsense',
  ]) {
    it(`is one plain line, without secrets: ${JSON.stringify(url)}`, async () => {
      const { message } = await expectRejection(openStore(url, [people]), CannotOpen)
      expect(message).to.match(/^the store [^\n]{10,200}$/)
      expect(message).to.not.include('secret')
    })
  }
})

/** Of all verbs at once, so that the deadline is waited for once. */
async function expectUnavailable(store: Store): Promise<void> {
  const collection: Collection<Person> = store.collection(people)
  const calls: Promise<unknown>[] = [
    store.ping(),
    collection.get('ada'),
    collection.insert(person('bob')),
    collection.insertMany([person('cleo')]),
    collection.update('ada', doc => ({ ...doc, age: 1 })),
    collection.update('ada', doc => ({ ...doc, age: 2 })),
    collection.upsert('dan', () => person('dan')),
    collection.remove('eve'),
    collection.first({ email: 'ada@example.com' }),
    collection.list({}, { limit: 1 }),
    collection.count({}),
    collection.removeAll({ team: 'x' }, 1),
  ]
  await Promise.all(calls.map(call => expectRejection(call, Unavailable)))
}

/** Asks until the store answers, as a load balancer does; the test's own time limit ends it. */
async function recovered(store: Store): Promise<void> {
  while (
    !(await store.ping().then(
      () => true,
      () => false,
    ))
  )
    await turn()
}
