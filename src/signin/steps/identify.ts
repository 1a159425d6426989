import { withoutPerson } from '../../core/attempts.ts'
import { Refused } from '../../lib/errors.ts'
import { blur } from '../attempt/blur.ts'
import type { Submission } from '../attempt/page.ts'

/** Characters. */
export const MAX_IDENTIFIER = 254

/** Takes the name that was typed. Whether it is anybody's shows neither here nor on the next page. */
export async function identify({ services, form, go }: Submission): Promise<void> {
  const able = services.methods.map(({ id }) => id).filter(id => form.all('able').includes(id))
  const identifier = form.text('identifier').trim()
  if (identifier === '' || identifier.length > MAX_IDENTIFIER) {
    throw new Refused('identifier.missing', { field: 'identifier' })
  }
  const account = await services.accounts.byIdentifier(identifier)
  await blur({ identifier, proofs: [] })
  await go(attempt => ({
    ...withoutPerson(attempt),
    identifier,
    ...(account ? { accountId: account.id } : {}),
    ...(able.length > 0 ? { able } : {}),
    selected: true,
  }))
}

/** "Not you?", "use another account": forgets the person, and asks who they are. */
export async function switchPerson({ go }: Submission): Promise<void> {
  await go(attempt => ({ ...withoutPerson(attempt), selected: true }))
}

/** "Continue as …" on the account chooser. */
export async function selectAccount({ go }: Submission): Promise<void> {
  await go(attempt => ({ ...attempt, selected: true }))
}
