// A link that is opened in another browser than the one where it was asked for signs nobody in there. It shows a short
// code, to be typed where the sign-in began: whoever is talked into opening a stranger's link lets no stranger in by it.
import { newCode } from '../../core/challenges.ts'
import { LimitReached } from '../../core/limits/limits.ts'
import { Refused } from '../../lib/errors.ts'
import type { MethodServices, Try } from '../method.ts'
import { takeCode } from '../sent-codes.ts'

/** Makes the code for the other browser to show, after the link was used there. */
export async function codeForElsewhere(
  { challenges }: Pick<MethodServices, 'challenges'>,
  method: string,
  link: { attemptId: string; accountId: string },
): Promise<string> {
  const code = newCode()
  await challenges.begin({ owner: link.attemptId, method, purpose: 'prove', accountId: link.accountId }, { code })
  return code
}

/**
 * Looks at the code that was typed where the sign-in began. Whatever is wrong with it is said in the same words: whether
 * the link was opened meanwhile would tell a stranger that somebody has got it.
 * @throws Refused `code.missing`, `link.code`; LimitReached `limit.METHOD.…`
 */
export async function takeCodeFromElsewhere(
  services: Pick<MethodServices, 'limits' | 'challenges'>,
  method: string,
  attempted: Try,
): Promise<void> {
  try {
    await takeCode(services, method, attempted)
  } catch (error) {
    if (!(error instanceof Refused) || error instanceof LimitReached || error.code === 'code.missing') throw error
    throw new Refused('link.code', { field: 'code', cause: error })
  }
}
