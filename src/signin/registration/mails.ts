import type { Client } from 'oidc-provider'
import type { Secrets } from '../../core/accounts/verifications.ts'
import type { SignInServices } from '../services.ts'

interface VerificationMail {
  email: string
  secrets: Secrets
  startedFrom: string
  client: Client
  /** Of the attempt, whose pages the link leads to. */
  uid: string
  /** The address has an account: its owner is told so, and gets no code. */
  taken: boolean
}

/** Sends the code and the link, or tells the owner of a taken address that someone tried to register with it. */
export function postVerification({ config, postbox }: SignInServices, mail: VerificationMail): Promise<void> {
  const { email, secrets, startedFrom, client, uid } = mail
  const common = { brandName: config.name, email, startedFrom, clientName: client.clientName ?? client.clientId }
  if (mail.taken) {
    const locals = { ...common, ...(client.clientUri ? { signinUrl: client.clientUri } : {}) }
    return postbox.post(email, 'already-registered', locals, { lasts: config.verificationTtl })
  }
  const locals = {
    ...common,
    code: secrets.code,
    link: `${config.issuer}/signin/${uid}/verify/${secrets.link}`,
    codeLasts: lasting(config.codeTtl),
    linkLasts: lasting(config.verificationTtl),
  }
  // The code may be too old by then; the link is not.
  return postbox.post(email, 'verify-address', locals, { lasts: config.verificationTtl })
}

/** Seconds as people say them: `5 minutes`, `24 hours`. */
function lasting(seconds: number): string {
  const [count, unit] = seconds < 2 * 3600 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour']
  return `${Math.round(count)} ${unit}${Math.round(count) === 1 ? '' : 's'}`
}
