// A year and more of sign-ins, on a clock that is moved by hand: every few days one person really signs in, and as many as are
// wanted get what that left; then the jobs run. Prints a line of JSON each time, and one about what is left when all is over.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { personOf } from '../../../src/cli/seed/people.ts'
import { declarations } from '../../../src/oidc/declarations.ts'
import type { Declaration, Document } from '../../../src/storage/port.ts'
import { moveClock } from '../../../test/support/clock.ts'
import { signInSteps, walk } from '../cases/flow.ts'
import { Browser } from '../load/browser.ts'
import { stock } from '../servers/stock.ts'
import { sizeOf } from '../servers/sqlite-size.ts'
import { createCloner, type Written } from './clone.ts'
import { openInProcess } from '../servers/in-process.ts'
import { insertAll } from './insert.ts'

export interface SoakDay {
  day: number
  signIns: number
  live: number
  file: number
}

export interface SoakEnd {
  /** Documents left in each collection that holds what passes. */
  left: Record<string, number>
  live: number
}

const DAY = 24 * 60 * 60 * 1000
/** The jobs run after so many days. */
const STEP = 4
const PEOPLE = 10_000
/** Of those who sign in, the one that really does. */
const PERSON = 1

const { values } = parseArgs({ options: { signIns: { type: 'string' }, days: { type: 'string' } } })
const [wanted, days] = [Number(values.signIns), Number(values.days)]

const stocked = await stock(PEOPLE)
const running = await openInProcess(stocked)
// The first time asks for consent.
await signIn()
let signIns = 1
for (let day = STEP; day <= days; day += STEP) {
  const reached = Math.round((wanted * day) / days)
  const left = await running.writtenBy(signIn)
  // One after the other: no write of a job may wait for 20,000 documents of ours.
  await insertClones(left, reached - signIns - 1)
  await runJobs()
  signIns = reached
  moveClock(STEP * DAY)
  print({ day, signIns, ...sizeOf(stocked.env.LATCHKEY_STORE!) } satisfies SoakDay)
}
// Longer than anything that passes is kept. What a job writes about the end of things passes too, the second time.
for (let time = 0; time < 2; time += 1) {
  moveClock(1000 * DAY)
  await (time === 0 ? runJobs() : runJobs('remove-expired'))
}
print({ left: await countPassing(), live: sizeOf(stocked.env.LATCHKEY_STORE!).live } satisfies SoakEnd)
await running.close()
await stocked.drop()

async function insertClones(left: Written[], count: number): Promise<void> {
  const accountId = personOf(PERSON, '').account.id
  const clone = createCloner(left, [accountId])
  const others = Array.from({ length: Math.max(0, count) }, () =>
    clone(new Map([[accountId, personOf(randomInt(2, PEOPLE + 1), '').account.id]])),
  )
  await insertAll(running.store, others.flat())
}

async function signIn(): Promise<void> {
  const { target } = running
  await walk(target.origin, signInSteps(target, new Browser(target.origin), PERSON))
}

/** All jobs, or the named one. */
async function runJobs(name?: string): Promise<void> {
  for (const job of running.app.jobs) if (!name || job.name === name) await job.run()
}

async function countPassing(): Promise<Record<string, number>> {
  const passing = (declarations as readonly Declaration<Document>[]).filter(
    ({ name, expires }) => expires !== undefined || name === 'signIns',
  )
  const counts = await Promise.all(
    passing.map(async one => [one.name, await running.store.collection(one).count({})] as const),
  )
  return Object.fromEntries(counts)
}

function print(line: SoakDay | SoakEnd): void {
  console.log(JSON.stringify(line))
}
