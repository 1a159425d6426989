import { Browser } from '../load/browser.ts'
import type { Case } from './case.ts'
import { signInSteps } from './flow.ts'

export const passwordSignIn: Case = {
  name: 'password-sign-in',
  title: 'Password sign-in',
  most: 8,
  async prepare(target) {
    return function* () {
      const person = 1 + Math.floor(Math.random() * target.people)
      yield* signInSteps(target, new Browser(target.origin), person)
    }
  },
}
