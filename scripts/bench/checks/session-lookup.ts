import { sha256 } from '../../../src/lib/ids.ts'
import { sessionDeclaration } from '../../../src/oidc/store/records.ts'
import { timed, type Check } from './check.ts'

export const sessionLookup: Check = {
  title: 'Session lookup (by its cookie, in the store)',
  most: 5,
  floor: 50,
  async prepare({ store, target }) {
    const sessions = store.collection(sessionDeclaration)
    const cookies = target.signedIn!.map(({ browser }) => browser.cookie('latchkey_session')!)
    return () => {
      const cookie = cookies[Math.floor(Math.random() * cookies.length)]!
      return timed(async () => {
        if (!(await sessions.first({ cookieHash: sha256(cookie) }))) throw new Error('a live session was not found')
      })
    }
  },
}
