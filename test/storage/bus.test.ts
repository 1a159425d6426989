import { once, EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { createLocalBus, type Bus } from '../../src/lib/bus.ts'
import { declarations } from '../../src/oidc/declarations.ts'
import { announceWrites, changesOf } from '../../src/storage/layers/announced.ts'
import { openBus } from '../../src/storage/bus.ts'
import { openStore } from '../../src/storage/open.ts'
import { boxes } from '../contract/samples.ts'
import { startRedisServer, type RedisServer } from '../servers/redis-server.ts'
import { redisOrSkip } from '../support/redis.ts'
import { startServer, type TestServer } from '../support/server.ts'

const PROBE = 'are you there?'

describe('the bus', () => {
  let server: RedisServer
  let url: string
  const opened: Bus[] = []
  before(async function () {
    server = await redisOrSkip(this, startRedisServer)
    url = `redis://127.0.0.1:${server.port}`
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(bus => bus.close()))
  })
  after(() => server?.remove())

  async function open(): Promise<Bus> {
    const bus = await openBus(url)
    opened.push(bus)
    return bus
  }
  /** What a bus hears of a topic: all so far, and the next. */
  function ear(bus: Bus, topic: string) {
    const heard: unknown[] = []
    const bell = new EventEmitter()
    const end = bus.subscribe(topic, message => {
      if (message !== PROBE) heard.push(message)
      bell.emit(message === PROBE ? 'probe' : 'heard')
    })
    return { heard, bell, end, next: () => once(bell, 'heard') }
  }
  /** A subscription begins a moment after it was asked for. */
  async function untilHeard(from: Bus, { bell }: ReturnType<typeof ear>): Promise<void> {
    const heard = once(bell, 'probe').then(() => true)
    do from.publish('topic', PROBE)
    while (!(await Promise.race([heard, pause(20, false)])))
  }

  it('tells every process once, its own at once', async () => {
    const [here, there] = await Promise.all([open(), open()])
    const [mine, theirs] = [ear(here, 'topic'), ear(there, 'topic')]
    await untilHeard(here, theirs)
    await untilHeard(there, mine)
    const back = theirs.next()
    here.publish('topic', { n: 1 })
    expect(mine.heard).to.deep.equal([{ n: 1 }])
    await back
    const answer = mine.next()
    there.publish('topic', 2)
    await answer
    expect(theirs.heard).to.deep.equal([{ n: 1 }, 2])
    expect(mine.heard).to.deep.equal([{ n: 1 }, 2])
    theirs.end()
    there.publish('topic', 3)
    expect(theirs.heard).to.have.length(2)
  })

  it('says that something may have been missed when Redis was away, and never fails', async () => {
    const [here, there] = await Promise.all([open(), open()])
    const theirs = ear(there, 'topic')
    await untilHeard(here, theirs)
    await server.stop()
    const back = theirs.next()
    here.publish('topic', 'lost')
    await server.start()
    await back
    expect(theirs.heard).to.deep.equal([undefined])
  })

  it('is told of each write to what processes keep', async () => {
    const bus = createLocalBus()
    const store = announceWrites(await openStore('sqlite::memory:', [boxes, { ...boxes, name: 'other' }]), bus)
    const [kept, other] = [ear(bus, changesOf(boxes)), ear(bus, 'changed.other')]
    const collection = store.collection({ ...boxes, announced: true })
    await collection.insert({ id: 'a', label: 'x', content: 1 })
    await collection.get('a')
    await collection.update('a', box => ({ ...box, content: 2 }))
    await collection.list({}, { limit: 1 })
    await collection.remove('a')
    await store.collection({ ...boxes, name: 'other' }).insert({ id: 'a', label: 'x', content: 1 })
    expect([kept.heard.length, other.heard.length]).to.deep.equal([3, 0])
    await store.close()
  })

  it('brings a changed policy and new keys to another process, which does not look by itself', async () => {
    const servers: TestServer[] = []
    const { setInterval } = globalThis
    try {
      const one = await startServer({ env: { LATCHKEY_REDIS: url } })
      servers.push(one)
      // The second never looks because of the time: what it knows, it was told.
      globalThis.setInterval = (() => ({ unref: () => undefined })) as unknown as typeof setInterval
      const two = await startServer({
        store: `sqlite:${one.env.LATCHKEY_DATA_DIR}/latchkey.db`,
        env: { LATCHKEY_REDIS: url, LATCHKEY_SECRETS: one.env.LATCHKEY_SECRETS! },
      })
      globalThis.setInterval = setInterval
      servers.push(two)
      const subject = { guards: ['apps'], clientId: 'notes' } as const
      const told = ear(two.app.bus, 'changed.policies')
      const heard = told.next()
      await one.app.policies.set({ kind: 'client', name: 'notes' }, { accessTokenTtl: 120 }, 'command line')
      await heard
      while (two.app.policy.resolve(subject).settings.accessTokenTtl !== 120) await new Promise(setImmediate)
      await one.app.keys.rotate(() => Promise.resolve())
      const kids = async () => {
        const { keys } = (await (await fetch(`http://127.0.0.1:${two.port}/jwks`)).json()) as { keys: object[] }
        return keys.length
      }
      while ((await kids()) !== 6);
    } finally {
      globalThis.setInterval = setInterval
      for (const each of servers) await each.close()
    }
  })

  it('has every declaration that is kept in mind announced', () => {
    const announced = declarations.filter(each => 'announced' in each && each.announced).map(({ name }) => name)
    expect(announced).to.have.members(['keys', 'policies'])
  })
})
