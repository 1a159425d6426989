import { originOf, type Submission } from '../attempt/page.ts'

/** Whoever has closed their account, and has proven who they are, has it back. */
export async function comeBack({ services, ctx, client, account, go }: Submission): Promise<void> {
  const { id: accountId } = account!
  // Written first, so that no act is without its entry.
  await services.events.emit({
    type: 'account.restored',
    ...originOf(ctx, client),
    accountId,
    details: { by: 'person' },
  })
  await services.accounts.comeBack(accountId)
  // Too late, or twice: the step that follows says so.
  await go(attempt => attempt)
}
