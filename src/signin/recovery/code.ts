// The code of the mail, typed where it was asked for.
import { takeCode } from '../../methods/sent-codes.ts'
import { goTo } from '../../lib/web/go-to.ts'
import { keepToken } from '../links/kept.ts'
import type { Submission } from '../attempt/page.ts'
import { deviceOf, reported } from '../steps/prove.ts'
import { tryOf } from '../attempt/try.ts'
import { RESET } from './purpose.ts'

/**
 * A right code takes the place of the link: the browser gets a token of its own, the mailed one is nothing from then on,
 * and the page that follows is the link's.
 */
export async function takeResetCode(submission: Submission): Promise<void> {
  const { services, ctx, attempt, account, form } = submission
  const device = await deviceOf(submission)
  const token = await reported(submission, { id: RESET }, async () => {
    await takeCode(services, RESET, tryOf(submission, form.fields, device?.id))
    return services.links.renewReset({ purpose: 'reset', attemptId: attempt.id, account, address: ctx.ip })
  })
  keepToken(services, ctx, token, { lasts: services.config.passwordResetTtl })
  goTo(ctx, `/signin/${attempt.id}/reset`)
}
