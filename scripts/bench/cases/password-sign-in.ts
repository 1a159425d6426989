import { Browser } from '../load/browser.ts'
import type { Case } from './case.ts'
import { personOf, signInSteps } from './flow.ts'

export const passwordSignIn: Case = {
  name: 'password-sign-in',
  title: 'Password sign-in, from the first page to the tokens',
  most: 8,
  async prepare(target, index) {
    let person = index
    return function* () {
      yield* signInSteps(target, new Browser(target.origin), personOf(target, person))
      person += 97
    }
  },
}
