import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { openBus } from '../../src/storage/bus.ts'
import { openStore } from '../../src/storage/open.ts'
import { Conflict, Unavailable, type Store } from '../../src/storage/port.ts'
import { killChildren, startChild } from '../contract/children.ts'
import { codes, people, person } from '../contract/samples.ts'
import { startCluster, startSentinels, type RedisGroup } from '../servers/redis-groups.ts'
import { redisOrSkip } from '../support/redis.ts'

for (const [what, start] of Object.entries({ 'a master behind sentinels': startSentinels, 'a cluster': startCluster }))
  describe(`Redis as ${what}`, () => {
    const fifty = Array.from({ length: 50 }, (_, i) => i)
    let group: RedisGroup
    let store: Store

    before(async function () {
      group = await redisOrSkip(this, start)
      store = await openStore(group.url, [codes, people])
    })
    after(async () => {
      killChildren()
      await store?.close()
      await group?.remove()
    })

    it('gives a code to one of fifty', async () => {
      const collection = store.collection(codes)
      await collection.insert({ id: 'once' })
      const use = () => collection.update('once', code => (code.used ? undefined : { ...code, used: true }))
      expect((await Promise.all(fifty.map(use))).filter(Boolean)).to.have.length(1)
    })

    it('takes a unique value once', async () => {
      const take = (i: number) => store.collection(people).insert(person(`p${i}`, { email: 'a@example.com' }))
      const outcomes = await Promise.allSettled(fifty.map(take))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(Conflict)
      }
    })

    it('gives a code to one caller among two processes', async () => {
      const children = await Promise.all([startChild(group.url), startChild(group.url)])
      await store.collection(codes).insert({ id: 'code' })
      const won = await Promise.all(children.map(child => child.run<number>('useCode')))
      expect(won).to.have.members([0, 1])
    })

    it('tells other processes', async () => {
      const buses = await Promise.all([openBus(group.url), openBus(group.url)])
      const [here, there] = buses
      try {
        const heard = new Promise(resolve => there.subscribe('topic', news => news !== undefined && resolve(news)))
        // A subscription begins a moment after it was asked for.
        do here.publish('topic', 'news')
        while (!(await Promise.race([heard.then(() => true), pause(50, false)])))
        expect(await heard).to.equal('news')
      } finally {
        await Promise.all(buses.map(bus => bus.close()))
      }
    })

    it('pages, counts and removes', async () => {
      const collection = store.collection(people)
      await collection.insertMany(fifty.map(i => person(`t${i}`, { team: 'x', age: i })))
      const first = await collection.list({ team: 'x' }, { limit: 30, order: 'desc' })
      const second = await collection.list({ team: 'x' }, { limit: 30, order: 'desc', cursor: first.cursor! })
      expect([...first.items, ...second.items].map(({ age }) => age)).to.deep.equal(fifty.toReversed())
      expect(await collection.removeAll({ team: 'x', age: { lt: 10 } }, 99)).to.equal(10)
      expect(await collection.count({ team: 'x' })).to.equal(40)
    })

    it('goes on by itself when another server takes the place of the one that is gone', async () => {
      const collection = store.collection(people)
      await collection.upsert('ada', () => person('ada', { age: 1 }))
      await group.stopMasterOf('latchkey:{people}:doc:ada')
      for (let age = 1; age === 1;) {
        const older = collection.update('ada', doc => ({ ...doc, age: doc.age! + 1 }))
        age = await older.then(doc => doc!.age!, requireUnavailable)
        await pause(20)
      }
      expect((await collection.get('ada'))?.age).to.equal(2)
      expect(await collection.first({ email: 'ada@example.com' })).to.deep.equal(person('ada', { age: 2 }))
      await store.ping()
    })
  })

/** Not changed yet, then. */
function requireUnavailable(error: unknown): 1 {
  expect(error).to.be.instanceOf(Unavailable)
  return 1
}
