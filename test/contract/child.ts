// One of several processes on a store. It opens the store named by its argument, says `ready`, and then does what it is
// told by messages: `{ task }` is answered with `{ result }`.
import { openStore } from '../../src/storage/open.ts'
import { Conflict } from '../../src/storage/port.ts'
import { codes, people, person } from './samples.ts'

const store = await openStore(process.argv[2]!, [codes, people])
const crowd = Array.from({ length: 25 }, (_, i) => i)

export interface Filled {
  acknowledged: string[]
  error: string
  readAfterwards: boolean
}

const tasks = {
  /** How many of 25 got the code. */
  async useCode(): Promise<number> {
    const use = () => store.collection(codes).update('code', c => (c.used ? undefined : { ...c, used: true }))
    return (await Promise.all(crowd.map(use))).filter(Boolean).length
  },

  /** How many of 25 got the address. */
  async takeAddress(): Promise<number> {
    const take = (i: number) =>
      store.collection(people).insert(person(`${process.pid}-${i}`, { email: 'ada@example.com' }))
    const outcomes = await Promise.allSettled(crowd.map(take))
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof Conflict)) throw outcome.reason
    }
    return outcomes.filter(({ status }) => status === 'fulfilled').length
  },

  /** Adds a hundred, 25 at once. */
  async count(): Promise<void> {
    const add = () => store.collection(people).upsert('ada', known => person('ada', { age: (known?.age ?? 0) + 1 }))
    for (let round = 0; round < 4; round++) await Promise.all(crowd.map(add))
  },

  /** Writes until it is killed, and reports each document once it is acknowledged. */
  async writeOn(): Promise<void> {
    let next = 0
    const write = async () => {
      for (;;) {
        const id = `p${next++}`
        await store.collection(people).insert(person(id))
        await store.collection(people).update(id, doc => ({ ...doc, note: 'updated' }))
        process.send!({ acknowledged: id })
      }
    }
    await Promise.all(crowd.map(write))
  },

  /** Writes until the disk is full. */
  async fill(): Promise<Filled> {
    const acknowledged: string[] = []
    for (;;) {
      const id = `p${acknowledged.length}`
      try {
        await store.collection(people).insert(person(id, { note: 'x'.repeat(5000) }))
        acknowledged.push(id)
      } catch (error) {
        const readAfterwards = (await store.collection(people).get('p0')) !== undefined
        return { acknowledged, error: (error as Error).name, readAfterwards }
      }
    }
  },
}

export type Task = keyof typeof tasks

process.on('message', ({ task }: { task: Task }) => {
  void tasks[task]().then(
    result => process.send!({ result }),
    (error: unknown) => process.send!({ error: String(error) }),
  )
})
process.send!('ready')
