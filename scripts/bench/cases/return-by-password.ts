import { Browser } from '../load/browser.ts'
import type { Case } from './case.ts'
import { signInSteps, walk } from './flow.ts'

/** Of each connection. */
const PEOPLE = 16

/** The cookie of a session, with its signature, as either server names it. */
const SESSION = /_session(\.sig)?$/

export const returnByPassword: Case = {
  name: 'return-by-password',
  title: 'Password sign-in, known browser',
  most: 8,
  async prepare(target, index, connections) {
    const share = Math.min(PEOPLE, Math.floor(target.people / connections))
    const people = Array.from({ length: share }, (_, at) => ({
      person: 1 + index * share + at,
      browser: new Browser(target.origin),
    }))
    for (const { person, browser } of people) await walk(target.origin, signInSteps(target, browser, person))
    return function* () {
      const { person, browser } = people[Math.floor(Math.random() * people.length)]!
      browser.forget(SESSION)
      yield* signInSteps(target, browser, person)
    }
  },
}
