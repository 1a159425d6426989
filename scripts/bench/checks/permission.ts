import { standing } from '../../../src/core/accounts/account.ts'
import { personOf } from '../../../src/cli/seed/people.ts'
import { CLIENT_ID } from '../servers/setting.ts'
import { timed, type Check } from './check.ts'

export const permission: Check = {
  title: 'Permission check (policy and standing of an account at an app)',
  most: 1,
  floor: 10,
  async prepare({ app, target }) {
    return () => {
      const { id } = personOf(1 + Math.floor(Math.random() * target.people), '').account
      const issuedAt = Math.floor(Date.now() / 1000)
      return timed(async () => {
        await app.policy.read()
        const account = await app.accounts.get(id)
        const roles = account?.roles ?? []
        const { settings } = app.policy.resolve({ guards: ['apps'], clientId: CLIENT_ID, roles })
        if (!account || !standing(account, issuedAt) || !settings.requiredAcr) throw new Error('somebody was refused')
      })
    }
  },
}
