// Setting up a number: a code that arrives there shows that it is the person's. Only then it counts.
import { z } from 'zod'
import { canonicalPhone } from '../../lib/phone.ts'
import type { Enrolling, MethodServices, Shown } from '../method.ts'
import { enrolBound, makeEnrolCode, typedCode } from '../sent-codes.ts'
import { countsOfText, requireReachable } from './limits.ts'
import { postCode } from './message.ts'

const METHOD = 'sms-code'
const pendingSchema = z.object({ number: z.string() })

/** Asks for a number, and once a message is on its way for its code. */
export async function enrolPage({ challenges }: MethodServices, who: Enrolling): Promise<Shown> {
  const pending = await challenges.begun(enrolBound(METHOD, who))
  if (!pending) return { view: 'methods/sms-code/enrol', locals: {} }
  const { number: to } = pendingSchema.parse(pending.data)
  return { view: 'methods/sms-code/enrol', locals: { to, sent: pending.times } }
}

/**
 * Takes a number (`phone`), the wish for another (`restart`), or the code.
 * @returns the number once it is proven
 * @throws Refused `phone.…`, `sms.country`, `code.…`; LimitReached
 */
export async function confirmNumber(
  services: MethodServices,
  who: Enrolling,
  form: Record<string, string>,
): Promise<string | undefined> {
  const bound = enrolBound(METHOD, who)
  if (form.restart !== undefined) {
    await services.challenges.cancel(bound)
    return undefined
  }
  if (form.phone !== undefined) {
    await sendTo(services, who, canonicalPhone(form.phone))
    return undefined
  }
  const { data } = await services.challenges.takeByCode(bound, typedCode(form))
  return pendingSchema.parse(data).number
}

async function sendTo(services: MethodServices, who: Enrolling, number: string): Promise<void> {
  requireReachable(services.config, number)
  const counts = countsOfText({ to: number, accountId: who.account.id, address: who.address })
  const code = await makeEnrolCode(services, METHOD, who, { data: { number }, counts })
  await postCode(services, { name: METHOD, account: who.account, language: who.language, to: number, code })
}
