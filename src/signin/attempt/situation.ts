// Gathers what nextStep needs to know about an attempt.
import type { Client } from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import { lackingOf } from '../../core/accounts/lacking.ts'
import { termsVersionFor } from '../../core/accounts/terms.ts'
import type { Verification } from '../../core/accounts/verifications.ts'
import type { Attempt } from '../../core/attempts.ts'
import type { Situation } from '../../core/signin/situation.ts'
import { mayComeFrom } from '../../core/policy/networks.ts'
import { signInPolicy } from '../../core/policy/sign-in-policy.ts'
import { confirmsDevice } from '../../core/signin/confirmation.ts'
import { passesSecondBy } from '../../core/signin/level.ts'
import { nextStep, type Step } from '../../core/signin/next-step.ts'
import { factsForAnybody, factsOf } from '../../methods/facts.ts'
import { guardsOf } from '../../oidc/authorization/guards.ts'
import type { SignInServices } from '../services.ts'
import type { PageContext } from '../../lib/web/context.ts'
import { withHeldProofs } from './held-proofs.ts'

export interface Situated {
  attempt: Attempt
  client: Client
  account: Account | undefined
  verification: Verification | undefined
  step: Step
  /** Whether a browser has to work before a try. */
  asksWork: boolean
  /** Whether policy lets people ask to be remembered. */
  rememberAllowed: boolean
  /** For how many seconds policy lets a device be remembered for the second factor. */
  rememberSecondFactor: number
  /** Whether policy lets people register with a passkey and no password. */
  passkeyAllowed: boolean
  /** Whether the account has a second factor, and none was proven. */
  passesSecondBy: boolean
  /** Whether what was proven confirms the browser. */
  confirmsDevice: boolean
}

const STRANGE = { known: false, declined: [] }

export async function situate(
  services: SignInServices,
  ctx: PageContext,
  stored: Attempt,
  client: Client,
): Promise<Situated> {
  const attempt = await withHeldProofs(services, ctx, stored, client)
  const [account, verification] = await Promise.all([
    // Nobody is looked for too, so that the time does not tell who has an account.
    attempt.identifier === undefined ? undefined : services.accounts.get(attempt.accountId ?? 'nobody'),
    attempt.verificationId ? services.verifications.get(attempt.verificationId) : undefined,
  ])
  const proven = account !== undefined && attempt.proofs.length > 0
  const consent = proven ? await services.consents.get(account.id, client.clientId) : undefined
  await services.policy.read()
  const { settings } = signInPolicy(services.policy, {
    guards: guardsOf(services.config, client.clientId, Object.keys(attempt.request.resources)),
    clientId: client.clientId,
    // Not before a proof: what an administrator's page lacks would tell that there is one.
    roles: proven ? account.roles : [],
  })
  const methods = proven ? await factsOf(services, account) : factsForAnybody(services.methods)
  const registration = registrationState(attempt, verification)
  const asksWork = await services.work.isAsked(settings.proofOfWork)
  const step = nextStep({
    now: Date.now(),
    request: attempt.request,
    ...(account ? { account } : {}),
    identified: attempt.identifier !== undefined,
    proofs: attempt.proofs,
    startedAt: attempt.startedAt,
    ...(registration ? { registration } : {}),
    termsVersion: termsVersionFor(services.config, account),
    ...(proven ? { lacking: lackingOf(services.config, account) } : {}),
    ...(attempt.recovering ? { recovering: true } : {}),
    selected: attempt.selected,
    methods,
    policy: settings,
    fromAllowedNetwork: mayComeFrom(settings, ctx.ip),
    workDue: asksWork && !attempt.worked?.paid,
    device: { ...(attempt.device ?? STRANGE), ...(attempt.able ? { able: attempt.able } : {}) },
    added: attempt.added ?? [],
    skipped: attempt.skipped ?? [],
    consent: {
      firstParty: client.first_party === true,
      ...(consent ? { given: consent } : {}),
      decided: attempt.consent !== undefined,
    },
  })
  const { rememberAllowed, rememberSecondFactor, allowedMethods } = settings
  const passkeyAllowed = allowedMethods === 'all' || allowedMethods.includes('passkey')
  return {
    attempt,
    client,
    account,
    verification,
    step,
    asksWork,
    rememberAllowed,
    rememberSecondFactor,
    passkeyAllowed,
    passesSecondBy: passesSecondBy(attempt.proofs, methods),
    confirmsDevice: confirmsDevice(attempt.proofs, methods),
  }
}

function registrationState(attempt: Attempt, verification: Verification | undefined): Situation['registration'] {
  if (attempt.accountId) return undefined
  if (attempt.invitation) return 'invited'
  if (!attempt.verificationId) return undefined
  if (!verification?.provenAt) return 'unproven'
  return verification.registration?.secured ? 'username_taken' : 'unsecured'
}
