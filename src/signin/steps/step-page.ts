// Which page a step has, and what stands on it.
import { mayRegister } from '../../core/accounts/registration.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { Shown } from '../../methods/method.ts'
import { changePasswordPage } from './change-password.ts'
import { completePage } from './complete.ts'
import { enrolPage, identifyPage, provePage } from './method-pages.ts'
import type { Refill } from '../attempt/refill.ts'
import { signupPage } from '../registration/form.ts'
import { sentPage } from '../recovery/sent.ts'
import { securePage } from '../registration/secure.ts'
import { inWords } from './scopes.ts'
import type { SignInServices } from '../services.ts'
import { workPage } from './work.ts'
import type { Situated } from '../attempt/situation.ts'

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
      return mayRegister(config, attempt.invitation !== undefined)
        ? signupPage(services, situated, values, errors)
        : identifyPage(services, ctx, situated, values, t('errors:registration.closed'))
    case 'identify':
      return identifyPage(services, ctx, situated, values, step.reason && t('signin:otherAccount'))
    case 'work':
      return workPage(services, attempt)
    case 'prove':
      return provePage(services, ctx, situated, step, values, chosen)
    case 'recover':
      return sentPage(services, ctx, situated)
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
    case 'come-back':
      return {
        view: 'signin/come-back',
        locals: {
          action: `${at}/come-back`,
          accountLabel: account!.email,
          ...(step.until ? { until: step.until } : {}),
        },
      }
    case 'verify-email':
      return {
        view: 'signin/verify',
        locals: {
          action: `${at}/verify`,
          resendAction: `${at}/resend`,
          email: verification?.email ?? account?.email ?? '',
          isAgain: (verification?.sent ?? 1) > 1,
          ...(account ? {} : { changeUrl: `${at}/signup` }),
        },
      }
    case 'change-password':
      return changePasswordPage(services, situated, step.reason)
    case 'accept-terms':
      return {
        view: 'signin/terms',
        locals: {
          action: `${at}/terms`,
          termsUrl: config.termsUrl,
          ...(config.privacyUrl ? { privacyUrl: config.privacyUrl } : {}),
          ...(step.isNewVersion && config.termsChanges ? { changes: config.termsChanges } : {}),
          isNewVersion: step.isNewVersion,
          version: step.version,
        },
      }
    case 'complete':
      return completePage(config, situated, step.lacking, values, errors)
    case 'secure':
      return securePage(services, situated, errors)
    case 'choose-username':
      return {
        view: 'signin/username',
        locals: {
          action: `${at}/username`,
          values: { username: verification?.registration?.username ?? '', ...values },
          optional: config.usernames !== 'required',
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
