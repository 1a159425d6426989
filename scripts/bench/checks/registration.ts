import { newId } from '../../../src/lib/ids.ts'
import { authorizePath, walk } from '../cases/flow.ts'
import { Browser, type Steps } from '../load/browser.ts'
import { header, wrong } from '../load/http.ts'
import { PASSWORD } from '../servers/setting.ts'
import { timed, type Check } from './check.ts'

export const registration: Check = {
  title: 'Registration (its form over HTTP), without its hash',
  most: 20,
  floor: 500,
  // One network may ask for 200 mails an hour.
  times: 190,
  async prepare({ app, target }) {
    return async () => {
      // The hash of the same moment, so that what is left is the rest.
      const hash = await timed(() => app.methodServices.hasher.hash(PASSWORD))
      return Math.max(0, (await walk(target.origin, signUp(target.origin))) - hash)
    }
  },
}

/** @returns how long the form took. Milliseconds */
function* signUp(origin: string): Steps<number> {
  const browser = new Browser(origin)
  const begun = yield* browser.send(new URL(authorizePath, origin))
  const url = new URL(`${header(begun, 'location')}/signup`, origin)
  yield* browser.send(url)
  const start = performance.now()
  const answer = yield* browser.send(url, [
    ['email', `${newId().toLowerCase()}@example.com`],
    ['username', ''],
    ['name', ''],
    ['password', PASSWORD],
  ])
  if (answer.status !== 303) throw wrong(answer, 'the registration was not taken')
  return performance.now() - start
}
