import { expectAnswer } from '../load/http.ts'
import type { Case } from './case.ts'
import { signedInFor, tokenRequest } from './flow.ts'

export const introspection: Case = {
  name: 'introspection',
  title: 'Introspection',
  async prepare(target, index, connections) {
    const anyone = await signedInFor(target, index, connections)
    return function* () {
      const answer = yield tokenRequest(target, { token: anyone().accessToken }, '/introspect')
      expectAnswer(answer, 200, '"active":true')
    }
  },
}
