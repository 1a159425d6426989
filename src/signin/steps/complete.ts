// What the account has to have, for who has not been asked for it yet. It is read as on the form of a registration.
import type { Account } from '../../core/accounts/account.ts'
import { inputOf, readFields } from '../../core/accounts/fields.ts'
import { USERNAME } from '../../core/accounts/lacking.ts'
import { canonicalIdentifier } from '../../core/accounts/names.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import type { Shown } from '../../methods/method.ts'
import { originOf, type Submission } from '../attempt/page.ts'
import type { Situated } from '../attempt/situation.ts'
import { countUsername } from '../limits.ts'
import { fieldOnPage, readUsername } from '../registration/form.ts'

export function completePage(
  config: Config,
  { attempt, account }: Pick<Situated, 'attempt' | 'account'>,
  lacking: readonly string[],
  values: Record<string, string>,
  errors: Record<string, string>,
): Shown {
  return {
    view: 'signin/complete',
    locals: {
      action: `/signin/${attempt.id}/complete`,
      accountLabel: account!.email,
      changeAction: `/signin/${attempt.id}/switch`,
      values: { username: suggested(account!), ...values },
      asksUsername: lacking.includes(USERNAME),
      fields: fieldsIn(config, lacking).map(field => fieldOnPage(field, values, errors)),
    },
  }
}

/** Of two who want one username, one gets it: the index of the store decides. @throws Refused naming the field */
export async function complete(submission: Submission): Promise<void> {
  const { services, ctx, client, account, form, step, go } = submission
  if (step.kind !== 'complete') return
  const { accounts, events, config } = services
  const { lacking } = step
  const accountId = account!.id
  const username = lacking.includes(USERNAME) ? readUsername(config, form.text(USERNAME)) : undefined
  const fields = readFields(fieldsIn(config, lacking), input => form.text(input))
  if (username) {
    await countUsername(services, ctx)
    const holder = await accounts.byIdentifier(username)
    if (holder && holder.id !== accountId) throw new Refused('username.taken', { status: 409, field: USERNAME })
  }
  // Written first, so that no act is without its entry.
  const entry = { type: 'account.completed', ...originOf(ctx, client), accountId, details: { given: lacking } } as const
  await events.emit(entry)
  try {
    await accounts.complete(accountId, { ...(username ? { username } : {}), fields })
  } catch (error) {
    if (error instanceof Refused) await events.emit({ ...entry, outcome: 'failure' })
    throw error
  }
  await go(attempt => attempt)
}

function fieldsIn({ accountFields }: Pick<Config, 'accountFields'>, lacking: readonly string[]) {
  return accountFields.filter(field => lacking.includes(inputOf(field)))
}

/** What an upstream says that they are called there, where it could be a username here. */
function suggested({ profile: { nickname = '' } }: Account): string {
  const name = canonicalIdentifier(nickname)
  return name && 'username' in name ? name.username : ''
}
