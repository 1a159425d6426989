// Asking: the page of one method, and the challenge that it begins.
import { goTo } from '../../lib/web/go-to.ts'
import type { Page, Submission } from '../attempt/page.ts'
import { deviceOf, offeredMethod, reported } from './prove.ts'
import { showStep } from '../attempt/show.ts'
import { tryOf } from '../attempt/try.ts'

/** The page of one of the methods that the step offers. */
export async function showMethod(page: Page): Promise<void> {
  const method = offeredMethod(page)
  if (page.step.kind !== 'prove') return goTo(page.ctx, `/signin/${page.attempt.id}`)
  await showStep(page.services, page.ctx, page, {}, method.id)
}

/** Sends a code, makes a nonce, or leads elsewhere. */
export async function challenge(submission: Submission): Promise<void> {
  const { services, ctx, attempt, form } = submission
  const method = offeredMethod(submission)
  const attempted = tryOf(submission, form.fields, (await deviceOf(submission))?.id)
  const challenged = await reported(submission, method, async () => method.challenge?.(services, attempted))
  switch (challenged?.kind) {
    case 'elsewhere':
      return goTo(ctx, challenged.url)
    case 'options':
      // By a button, where no script runs: the page of that method says what it needs.
      if (ctx.accepts('html', 'json') !== 'json') return goTo(ctx, `/signin/${attempt.id}/prove/${method.id}`)
      ctx.set('Cache-Control', 'no-store')
      ctx.body = challenged.options
      return
    default:
      return goTo(ctx, `/signin/${attempt.id}/prove/${method.id}`)
  }
}
