import { expectAnswer, get, header, wrong } from '../load/http.ts'
import { REDIRECT_URI } from '../servers/setting.ts'
import type { Case } from './case.ts'
import { authorizePath, redemption, signedInFor } from './flow.ts'

export const codeFlow: Case = {
  name: 'code-flow',
  title: 'Code flow, live session',
  async prepare(target, index, connections) {
    const anyone = await signedInFor(target, index, connections)
    return function* () {
      const { browser } = anyone()
      const answer = yield get(target.origin, authorizePath, {
        Accept: 'text/html',
        ...browser.cookiesFor('/authorize'),
      })
      browser.keep(answer)
      const location = answer.status === 303 ? header(answer, 'location') : ''
      if (!location.startsWith(`${REDIRECT_URI}?code=`)) throw wrong(answer, 'no code')
      const code = location.slice(REDIRECT_URI.length + 6, location.indexOf('&', REDIRECT_URI.length))
      expectAnswer(yield redemption(target, code), 200, '"id_token":"ey')
    }
  },
}
