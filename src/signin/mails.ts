import type { Client } from 'oidc-provider'
import type { Secrets } from '../core/accounts/verifications.ts'
import type { SignInServices } from './services.ts'

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
export function postVerification({ config, postbox }: SignInServices, mail: VerificationMail): void {
  const { email, secrets, startedFrom, client, uid } = mail
  const common = { brandName: config.name, email, startedFrom, clientName: client.clientName ?? client.clientId }
  if (mail.taken) {
    postbox.post(email, 'already-registered', {
      ...common,
      ...(client.clientUri ? { signinUrl: client.clientUri } : {}),
    })
    return
  }
  postbox.post(email, 'verify-address', {
    ...common,
    code: secrets.code,
    link: `${config.issuer}/signin/${uid}/verify/${secrets.link}`,
    minutes: Math.round(config.codeTtl / 60),
  })
}
