// Shows the step that an attempt is at. A refused form is shown again with what was typed, never with a password.
import type { PageContext } from '../lib/web/context.ts'
import { clientOnPage, policyWithLogo } from '../oidc/pages/client-on-page.ts'
import { methodById } from '../methods/list.ts'
import type { SignInServices } from './services.ts'
import type { Situated } from './situation.ts'
import { inWords } from './scopes.ts'

/** What a refused form is filled with again. */
export interface Refill {
  status?: number
  values?: Record<string, string>
  errors?: Record<string, string>
  notice?: string
}

export async function showStep(
  services: SignInServices,
  ctx: PageContext,
  situated: Situated,
  refill: Refill = {},
): Promise<void> {
  const [view, locals] = pageOf(services, situated, refill)
  const { status, errors = {}, notice } = refill
  showPage(services, ctx, situated, view, { errors, ...(notice ? { notice } : {}), ...locals }, status)
}

/** Renders one page of an attempt, with the app's name and logo on it. */
export function showPage(
  services: SignInServices,
  ctx: PageContext,
  { attempt, client }: Pick<Situated, 'attempt' | 'client'>,
  view: string,
  locals: object,
  status = 200,
): void {
  const page = { ...clientOnPage(client), ...(status < 400 ? {} : { traceId: ctx.state.traceId as string }) }
  ctx.status = status
  ctx.type = 'html'
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', policyWithLogo(page))
  ctx.body = services.views.render(view, { page, cancelAction: `/signin/${attempt.id}/cancel`, ...locals })
}

function pageOf(
  { config }: SignInServices,
  situated: Situated,
  { values = {}, errors = {} }: Refill,
): [string, object] {
  const { attempt, client, account, verification, step } = situated
  const at = `/signin/${attempt.id}`
  switch (step.kind) {
    case 'select':
      return [
        'signin/select',
        { accountLabel: account!.email, continueAction: `${at}/select`, otherAction: `${at}/switch` },
      ]
    case 'register':
      return config.registration === 'open'
        ? signupPage(situated, config, values, errors)
        : identifyPage(situated, config, values, CLOSED)
    case 'identify':
      return identifyPage(situated, config, values, step.reason && OTHER_ACCOUNT)
    case 'prove': {
      const method = methodById(step.methods[0] ?? '')
      if (!method) return ['signin/message', noMethod]
      return [
        method.view,
        {
          action: `${at}/prove/${method.id}`,
          identifier: attempt.identifier ?? '',
          remember: attempt.remember || 'remember' in values,
          rememberAllowed: situated.rememberAllowed,
          changeAction: `${at}/switch`,
        },
      ]
    }
    case 'disabled':
      return ['signin/message', { ...disabled, action: { url: `${at}/identify`, label: 'Use another account' } }]
    case 'verify-email':
      return [
        'signin/verify',
        {
          action: `${at}/verify`,
          resendAction: `${at}/resend`,
          email: verification?.email ?? account?.email ?? '',
          ...(account ? {} : { changeUrl: `${at}/signup` }),
        },
      ]
    case 'choose-username':
      return [
        'signin/username',
        {
          action: `${at}/username`,
          values: { username: verification?.registration?.username ?? '', ...values },
          optional: true,
        },
      ]
    case 'consent':
      return [
        'signin/consent',
        {
          action: `${at}/consent`,
          accountLabel: account!.email,
          scopes: inWords(step.missing, account!),
          offline: step.missing.scopes.includes('offline_access'),
          rememberAllowed: true,
          ...(client.clientUri ? { clientUri: client.clientUri } : {}),
          switchAction: `${at}/switch`,
        },
      ]
    case 'refuse':
    case 'finish':
      throw new Error(`the step ${step.kind} has no page`)
  }
}

function identifyPage(
  { attempt }: Situated,
  config: SignInServices['config'],
  values: Record<string, string>,
  notice?: string,
): [string, object] {
  const at = `/signin/${attempt.id}`
  return [
    'signin/identify',
    {
      action: `${at}/identify`,
      values: { identifier: attempt.request.loginHint ?? '', ...values },
      ...(notice ? { notice } : {}),
      ...(config.registration === 'open' ? { signupUrl: `${at}/signup` } : {}),
    },
  ]
}

export function signupPage(
  { attempt, rememberAllowed }: Pick<Situated, 'attempt' | 'rememberAllowed'>,
  config: SignInServices['config'],
  values: Record<string, string>,
  errors: Record<string, string>,
): [string, object] {
  const at = `/signin/${attempt.id}`
  return [
    'signin/signup',
    {
      action: `${at}/signup`,
      values: { email: attempt.request.loginHint ?? '', username: '', name: '', ...values },
      errors,
      minLength: config.passwordMinLength,
      ...(config.termsUrl ? { termsUrl: config.termsUrl } : {}),
      ...(config.privacyUrl ? { privacyUrl: config.privacyUrl } : {}),
      signinUrl: `${at}/identify`,
      remember: attempt.remember || 'remember' in values,
      rememberAllowed,
      accepted: 'terms' in values,
    },
  ]
}

export const CLOSED = 'New accounts cannot be made here. Ask the people who run this service.'

const OTHER_ACCOUNT = 'The app asked for another account. Sign in with that one.'

const disabled = {
  heading: 'This account is switched off',
  body: 'It cannot be used to sign in at the moment. Write to the people who run this service if you think that is wrong.',
}

const noMethod = {
  heading: 'There is no way to sign in yet',
  body: 'Nothing is set up for this account to sign in with. Write to the people who run this service.',
}
