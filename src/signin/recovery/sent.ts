import type { PageContext } from '../../lib/web/context.ts'
import type { Shown } from '../../methods/method.ts'
import { boundTo } from '../../methods/sent-codes.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from '../attempt/situation.ts'
import { tryOf } from '../attempt/try.ts'
import { RESET } from './purpose.ts'

/** “Check your mail”: the same to everybody, whether there is such an account is not told. */
export async function sentPage(services: SignInServices, ctx: PageContext, situated: Situated): Promise<Shown> {
  const { attempt } = situated
  const at = `/signin/${attempt.id}`
  const challenge = await services.challenges.begun(boundTo(RESET, tryOf({ ...situated, ctx })))
  return {
    view: 'signin/recovery/sent',
    locals: {
      action: `${at}/recover/code`,
      askAction: `${at}/recover`,
      identifier: attempt.identifier ?? '',
      again: (challenge?.times ?? 0) > 1,
      signinUrl: `${at}/identify`,
      otherUrl: `${at}/recover`,
    },
  }
}
