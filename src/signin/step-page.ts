// Which page a step has, and what stands on it.
import type { PageContext } from '../lib/web/context.ts'
import { languageOf } from '../lib/web/language.ts'
import type { Shown } from '../methods/method.ts'
import { minLengthFor } from '../methods/password/rules.ts'
import { changePasswordPage } from './change-password.ts'
import { enrolPage, identifyPage, provePage } from './method-pages.ts'
import type { Refill } from './refill.ts'
import { securePage } from './registration/secure.ts'
import { inWords } from './scopes.ts'
import type { SignInServices } from './services.ts'
import type { Situated } from './situation.ts'

export function stepPage(
  services: SignInServices,
  ctx: PageContext,
  situated: Situated,
  refill: Refill,
  chosen: string | undefined,
): Shown | Promise<Shown> {
  const { config } = services
  const { t } = languageOf(ctx)
  const { attempt, client, account, verification, step } = situated
  const { values = {}, errors = {} } = refill
  const at = `/signin/${attempt.id}`
  switch (step.kind) {
    case 'select':
      return {
        view: 'signin/select',
        locals: { accountLabel: account!.email, continueAction: `${at}/select`, otherAction: `${at}/switch` },
      }
    case 'register':
      return config.registration === 'open'
        ? signupPage(services, situated, values, errors)
        : identifyPage(services, ctx, situated, values, t('errors:registration.closed'))
    case 'identify':
      return identifyPage(services, ctx, situated, values, step.reason && t('signin:otherAccount'))
    case 'prove':
      return provePage(services, ctx, situated, step, values, chosen)
    case 'enrol':
      return enrolPage(services, ctx, situated, step, values, chosen)
    case 'disabled':
      return {
        view: 'signin/message',
        locals: {
          heading: t('signin:disabled'),
          body: t('signin:disabled.body'),
          action: { url: `${at}/identify`, label: t('common:anotherAccount') },
        },
      }
    case 'verify-email':
      return {
        view: 'signin/verify',
        locals: {
          action: `${at}/verify`,
          resendAction: `${at}/resend`,
          email: verification?.email ?? account?.email ?? '',
          ...(account ? {} : { changeUrl: `${at}/signup` }),
        },
      }
    case 'change-password':
      return changePasswordPage(services, situated, step.reason)
    case 'secure':
      return securePage(services, situated, errors)
    case 'choose-username':
      return {
        view: 'signin/username',
        locals: {
          action: `${at}/username`,
          values: { username: verification?.registration?.username ?? '', ...values },
          optional: true,
        },
      }
    case 'consent':
      return {
        view: 'signin/consent',
        locals: {
          action: `${at}/consent`,
          accountLabel: account!.email,
          scopes: inWords(step.missing, account!, t),
          offline: step.missing.scopes.includes('offline_access'),
          rememberAllowed: true,
          ...(client.clientUri ? { clientUri: client.clientUri } : {}),
          switchAction: `${at}/switch`,
        },
      }
    case 'refuse':
    case 'finish':
      throw new Error(`the step ${step.kind} has no page`)
  }
}

export async function signupPage(
  services: SignInServices,
  { attempt, rememberAllowed, passkeyAllowed }: Pick<Situated, 'attempt' | 'rememberAllowed' | 'passkeyAllowed'>,
  values: Record<string, string>,
  errors: Record<string, string>,
): Promise<Shown> {
  const { config } = services
  const at = `/signin/${attempt.id}`
  return {
    view: 'signin/signup',
    locals: {
      action: `${at}/signup`,
      values: { email: attempt.request.loginHint ?? '', username: '', name: '', ...values },
      errors,
      minLength: await minLengthFor(services, {}),
      ...(config.termsUrl ? { termsUrl: config.termsUrl } : {}),
      ...(config.privacyUrl ? { privacyUrl: config.privacyUrl } : {}),
      signinUrl: `${at}/identify`,
      remember: attempt.remember || 'remember' in values,
      rememberAllowed,
      accepted: 'terms' in values,
      passkeyAllowed,
    },
    ...(passkeyAllowed ? { script: 'passkey.js' } : {}),
  }
}
