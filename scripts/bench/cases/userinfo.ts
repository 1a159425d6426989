import { expectAnswer, get } from '../load/http.ts'
import type { Case } from './case.ts'
import { signedInFor } from './flow.ts'

export const userinfo: Case = {
  name: 'userinfo',
  title: 'Userinfo',
  async prepare(target, index, connections) {
    const anyone = await signedInFor(target, index, connections)
    return function* () {
      const headers = { Authorization: `Bearer ${anyone().accessToken}` }
      expectAnswer(yield get(target.origin, '/userinfo', headers), 200, '"email":"test')
    }
  },
}
