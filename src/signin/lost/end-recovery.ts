import { originOf, type Page } from '../attempt/page.ts'

/** Whoever signs in by more than one factor has lost none: what waits for them to have done so is over. */
export async function endRecovery({ services, ctx, client, account, attempt }: Page): Promise<void> {
  const fresh = attempt.proofs.filter(({ at }) => at >= attempt.startedAt)
  const isComplete = fresh.length > 1 || fresh.some(({ factors }) => factors.length > 1)
  if (!isComplete || !(await services.recoveries.underWay(account!))) return
  const about = { ...originOf(ctx, client), accountId: account!.id }
  await services.events.emit({ type: 'recovery.stopped', ...about, details: { by: 'sign-in' } })
  await services.recoveries.stop(account!.id)
}
