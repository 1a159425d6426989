import { expectAnswer, member, wrong } from '../load/http.ts'
import type { Case } from './case.ts'
import { signedInFor, tokenRequest } from './flow.ts'

export const refresh: Case = {
  name: 'refresh',
  title: 'Refresh, with rotation',
  async prepare(target, index, connections) {
    const anyone = await signedInFor(target, index, connections)
    return function* () {
      const one = anyone()
      const { refreshToken } = one
      const answer = yield tokenRequest(target, { grant_type: 'refresh_token', refresh_token: refreshToken })
      expectAnswer(answer, 200, '"access_token":"')
      const next = member(answer, 'refresh_token')
      if (next === refreshToken) throw wrong(answer, 'the refresh token was not rotated')
      one.refreshToken = next
    }
  },
}
