// The pages that methods are asked on: what all of them share, around what each of them brings.
import { mayRegister } from '../../core/accounts/registration.ts'
import type { Step } from '../../core/signin/next-step.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import { isSecondOf } from '../../methods/facts.ts'
import type { Method, Shown } from '../../methods/method.ts'
import { lastUsedFirst } from '../browser/last-used.ts'
import { linkNotice } from './link-identity.ts'
import { mayRecover } from '../lost/may-recover.ts'
import type { SignInServices } from '../services.ts'
import type { Situated } from '../attempt/situation.ts'
import { enrolling, tryOf } from '../attempt/try.ts'

type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>
type Values = Record<string, string>

export async function provePage(
  services: SignInServices,
  ctx: PageContext,
  situated: Situated,
  step: StepOf<'prove'>,
  values: Values,
  chosen: string | undefined,
): Promise<Shown> {
  const { t } = languageOf(ctx)
  const { attempt, rememberAllowed, rememberSecondFactor } = situated
  const at = `/signin/${attempt.id}`
  const ids = lastUsedFirst(services, ctx, attempt.identifier, step.methods)
  const id = ids.find(one => one === chosen) ?? ids[0]
  const method = services.methods.find(one => one.id === id)
  if (!method)
    return { view: 'signin/message', locals: { heading: t('signin:noMethod'), body: t('signin:noMethod.body') } }

  const notice = linkNotice({ services, ctx, attempt })
  const isFirst = step.role === 'first'
  const { account } = situated
  const isSecond = !isFirst && account !== undefined && (await isSecondOf(services, account, method))
  const { view, locals, script } = await method.page(services, tryOf({ ...situated, ctx }))
  return {
    view,
    locals: {
      action: `${at}/prove/${method.id}`,
      challengeAction: `${at}/prove/${method.id}/challenge`,
      role: step.role,
      identifier: attempt.identifier ?? '',
      values,
      remember: attempt.remember || 'remember' in values,
      rememberAllowed: isFirst && rememberAllowed,
      trust: 'trust' in values,
      trustDays: isSecond ? Math.floor(rememberSecondFactor / 86_400) : 0,
      changeAction: `${at}/switch`,
      recoverUrl: `${at}/recover`,
      ...((await mayRecover({ services, step, account })) ? { lostUrl: `${at}/lost` } : {}),
      otherWays: othersOf(services, ids, [method.id, attempt.linking?.method]).map(
        ({ id: other, words, challenge }) => ({
          label: words(t).use,
          // What is sent is asked for by a press of a button, never by a page that is only loaded.
          ...(challenge ? { action: `${at}/prove/${other}/challenge` } : { url: `${at}/prove/${other}` }),
        }),
      ),
      ...(notice ? { notice } : {}),
      ...locals,
    },
    ...(script ? { script } : {}),
  }
}

export async function enrolPage(
  services: SignInServices,
  ctx: PageContext,
  situated: Situated,
  step: StepOf<'enrol'>,
  values: Values,
  chosen: string | undefined,
): Promise<Shown> {
  const { attempt, account } = situated
  const at = `/signin/${attempt.id}`
  const shared = {
    reason: step.reason,
    accountLabel: account!.email,
    values,
    changeAction: `${at}/switch`,
    ...(step.skippable ? { skipAction: `${at}/skip` } : {}),
    ...(step.until ? { until: step.until } : {}),
  }
  const id = step.methods.length === 1 ? step.methods[0] : step.methods.find(one => one === chosen)
  const method = services.methods.find(one => one.id === id)
  if (!method?.enrol) {
    const { t } = languageOf(ctx)
    const choices = services.methods
      .filter(one => step.methods.includes(one.id))
      .map(one => ({ url: `${at}/enrol/${one.id}`, ...one.words(t) }))
    return { view: 'signin/enrol', locals: { ...shared, choices } }
  }
  const { view, locals, script } = await method.enrol.page(services, enrolling({ attempt, ctx }, account!))
  return {
    view,
    locals: {
      ...shared,
      action: `${at}/enrol/${method.id}`,
      ...(step.methods.length > 1 ? { choicesUrl: at } : {}),
      ...(step.reason === 'few' ? { notice: languageOf(ctx).t('methods:recoveryCodes.fewLeft') } : {}),
      ...locals,
    },
    ...(script ? { script } : {}),
  }
}

export function identifyPage(
  services: SignInServices,
  ctx: PageContext,
  { attempt, step }: Situated,
  values: Values,
  notice?: string,
): Shown {
  const at = `/signin/${attempt.id}`
  const able = step.kind === 'identify' ? step.methods : []
  const parts = partsOf(services, at, lastUsedFirst(services, ctx, undefined, able))
  const script = parts.find(part => part.script)?.script
  return {
    view: 'signin/identify',
    locals: {
      action: `${at}/identify`,
      values: { identifier: attempt.request.loginHint ?? '', ...values },
      parts: parts.map(({ view, locals }) => ({ view, locals })),
      ...(notice ? { notice } : {}),
      ...(mayRegister(services.config, attempt.invitation !== undefined) ? { signupUrl: `${at}/signup` } : {}),
    },
    ...(script ? { script } : {}),
  }
}

/** What methods add to a page on which nobody has said who they are. @param at the address of the attempt */
export function partsOf(services: SignInServices, at: string, ids: readonly string[]): (Shown & { locals: object })[] {
  return ids.flatMap(id => {
    const part = services.methods.find(one => one.id === id)?.onIdentify?.(services)
    const own = { action: `${at}/prove/${id}`, challengeAction: `${at}/prove/${id}/challenge` }
    return part ? [{ ...part, locals: { ...own, ...part.locals } }] : []
  })
}

/** @param but the one that is shown, and the one that is to be added: it leads no further than it did */
function othersOf({ methods }: SignInServices, ids: readonly string[], but: (string | undefined)[]): Method[] {
  return ids.flatMap(id => methods.filter(method => method.id === id && !but.includes(id)))
}
