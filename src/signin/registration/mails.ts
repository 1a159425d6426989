import type { Invitation } from '../../core/links/invitations.ts'
import type { Secrets } from '../../core/accounts/verifications.ts'
import { lasting } from '../../lib/languages/lasting.ts'
import { describeBrowser } from '../../lib/web/browser/describe-browser.ts'
import { languageOf } from '../../lib/web/browser/language.ts'
import type { Page } from '../attempt/page.ts'
import type { SignInServices } from '../services.ts'

interface VerificationMail {
  email: string
  secrets: Secrets
  /** The browser's own name for itself (User-Agent). */
  startedFrom: string
  /** The address has an account: its owner is told so, and gets no code. */
  taken: boolean
}

/** Of the link of an invitation. */
export function invitationAddress({ config }: Pick<SignInServices, 'config'>, secret: string): string {
  return `${config.issuer}/invite/${secret}`
}

/** @param clientName of the app that it leads to, where it names one */
export function postInvitation(
  services: Pick<SignInServices, 'config' | 'postbox'>,
  { invitation, secret }: { invitation: Invitation; secret: string },
  clientName: string | undefined,
): Promise<void> {
  const until = invitation.endsAt!
  const locals = {
    ...(invitation.language ? { lang: invitation.language } : {}),
    brandName: services.config.name,
    link: invitationAddress(services, secret),
    until,
    ...(clientName ? { clientName } : {}),
  }
  return services.postbox.post(invitation.email, 'invitation', locals, {
    lasts: Math.ceil((until - Date.now()) / 1000),
  })
}

/** Sends the code and the link, or tells the owner of a taken address that someone tried to register with it. */
export function postVerification(
  { services: { config, postbox }, ctx, client }: Pick<Page, 'services' | 'ctx' | 'client'>,
  { email, secrets, startedFrom, taken }: VerificationMail,
): Promise<void> {
  const language = languageOf(ctx)
  const common = {
    lang: language.tag,
    brandName: config.name,
    email,
    startedFrom: describeBrowser(startedFrom, language),
    clientName: client.clientName ?? client.clientId,
  }
  if (taken) {
    const locals = { ...common, ...(client.clientUri ? { signinUrl: client.clientUri } : {}) }
    return postbox.post(email, 'already-registered', locals, { lasts: config.verificationTtl })
  }
  const locals = {
    ...common,
    code: secrets.code,
    link: `${config.issuer}/signin/${ctx.params.uid}/verify/${secrets.link}`,
    codeLasts: lasting(language, config.codeTtl),
    linkLasts: lasting(language, config.verificationTtl),
  }
  // The code may be too old by then; the link is not.
  return postbox.post(email, 'verify-address', locals, { lasts: config.verificationTtl })
}
