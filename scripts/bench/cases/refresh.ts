import { expectAnswer, member } from '../load/http.ts'
import type { Case } from './case.ts'
import { signIn, tokenRequest } from './flow.ts'

export const refresh: Case = {
  name: 'refresh',
  title: 'Refresh, with rotation',
  async prepare(target, index) {
    let { refreshToken } = await signIn(target, index)
    return function* () {
      const answer = yield tokenRequest(target, { grant_type: 'refresh_token', refresh_token: refreshToken })
      expectAnswer(answer, 200, '"access_token":"')
      const next = member(answer, 'refresh_token')
      if (next === refreshToken) throw new Error('the refresh token was not rotated')
      refreshToken = next
    }
  },
}
