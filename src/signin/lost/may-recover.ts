import { factsOf } from '../../methods/facts.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from '../attempt/situation.ts'

type At = Pick<Situated, 'step' | 'account'> & { services: SignInServices }

/** Whether the sign-in waits for a second factor that the account has set up, and may get back in without. */
export async function mayRecover({ services, step, account }: At): Promise<boolean> {
  if (!services.config.delayedRecovery || !account || step.kind !== 'prove' || step.role !== 'second') return false
  return (await factsOf(services, account)).some(({ second }) => second)
}
