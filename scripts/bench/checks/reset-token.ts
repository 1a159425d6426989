import { personOf } from '../../../src/cli/seed/people.ts'
import { whyNot } from '../../../src/core/links/links.ts'
import { CLIENT_ID } from '../servers/setting.ts'
import { timed, type Check } from './check.ts'

const FROM = { address: '127.0.0.1', userAgent: 'benchmark' }

export const resetToken: Check = {
  title: 'Reset token (looked at, and used up)',
  most: 10,
  floor: 100,
  async prepare({ app, target }) {
    const { links } = app.methodServices
    return async () => {
      const { id } = personOf(1 + Math.floor(Math.random() * target.people), '').account
      const account = (await app.accounts.get(id))!
      const wanted = { purpose: 'reset', attemptId: undefined, account, address: FROM.address } as const
      const made = {
        purpose: 'reset',
        account,
        clientId: CLIENT_ID,
        lasts: 600,
        maxUses: 1,
        createdBy: 'person',
      } as const
      const { token } = await links.make(made)
      return timed(async () => {
        const refused = whyNot(await links.find(token), wanted)
        if (refused) throw refused
        await links.use(token, wanted, FROM)
      })
    }
  },
}
