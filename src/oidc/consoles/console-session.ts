// Whether the browser of a request is signed in to a console, decided anew on each request.
import type { Context } from 'koa'
import type { Account } from '../../core/accounts/account.ts'
import type { Accounts } from '../../core/accounts/accounts.ts'
import { standing } from '../../core/accounts/account.ts'
import { isOfRemoved } from '../../core/accounts/removed-factors.ts'
import type { ProofNeed } from '../../core/consoles/logins.ts'
import { endOf, type ConsoleSession, type ConsoleSessions } from '../../core/consoles/sessions.ts'
import { mayComeFrom } from '../../core/policy/networks.ts'
import type { HeldPolicy } from '../../core/policy/held.ts'
import { levelFor } from '../../core/signin/level.ts'
import { passwordChange } from '../../core/signin/missing-proof.ts'
import type { MethodFacts } from '../../core/signin/method-facts.ts'
import { levelOf, levelOfAcr, type Proof } from '../../core/signin/proof.ts'
import type { SignIn, SignIns } from '../../core/sessions/signins.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { ConsoleKind } from './console-clients.ts'
import type { ConsoleCookies } from './cookies.ts'
import type { Jumps } from '../sessions/jumps.ts'

export interface SignedIn {
  session: ConsoleSession
  account: Account
  /** What the provider's session was proven by, and what was in the console since, as far as it still stands. */
  proofs: Proof[]
}

export interface ConsoleSessionParts {
  accounts: Accounts
  signIns: SignIns
  sessions: Sessions
  jumps: Jumps
  policy: HeldPolicy
  consoleSessions: ConsoleSessions
}

/** Answers who is signed in; undefined for nobody, and for a session that the policy of today does not let through. */
export function createCurrent(parts: ConsoleSessionParts, kind: ConsoleKind, cookies: ConsoleCookies) {
  const { policy, consoleSessions, jumps } = parts

  return async function current(ctx: Context): Promise<SignedIn | undefined> {
    const secret = cookies.session(ctx)
    const session = secret ? await consoleSessions.find(secret) : undefined
    if (session?.clientId !== kind.clientId) return undefined
    const [account, signIn] = await standingOf(parts, kind, session)
    if (!account || !signIn) return undefined
    await policy.read()
    const { settings } = policy.resolve({ guards: kind.guards, clientId: kind.clientId, roles: account.roles })
    const proofs = proofsOf(await jumps.follow(signIn, ctx, settings, kind.clientId), session, account)
    if (proofs.length === 0) return undefined
    // Raised elsewhere since, and this cookie may be in other hands: who holds the provider's gets a new one for it.
    if (proofs.some(({ at }) => at > session.createdAt)) return undefined

    if (endOf(session, settings) <= Date.now() || !mayComeFrom(settings, ctx.ip)) return undefined
    if (passwordChange({ account, policy: settings })) return undefined
    const { allowedMethods: allowed } = settings
    const counted = allowed === 'all' ? proofs : proofs.filter(({ method }) => allowed.includes(method))
    if (levelOf(counted) < (levelOfAcr(settings.requiredAcr) ?? Infinity)) return undefined
    await consoleSessions.seen(session, settings)
    return { session, account, proofs: counted }
  }
}

/** The account, and the record of the provider's session. Both are gone when the session is. */
async function standingOf(
  { accounts, signIns, sessions }: ConsoleSessionParts,
  { clientId }: ConsoleKind,
  { accountId, sessionUid }: ConsoleSession,
): Promise<[Account | undefined, SignIn | undefined]> {
  const [account, signIn, reached] = await Promise.all([
    accounts.get(accountId),
    signIns.get(sessionUid),
    sessions.reaches(sessionUid, clientId),
  ])
  if (!account || !reached || signIn?.accountId !== accountId || signIn.endedAt) return [undefined, undefined]
  return [account, signIn]
}

/** What still counts of both sessions; nothing of the console's own where the provider's has to be proven anew. */
function proofsOf(signIn: SignIn, { proofs = [] }: ConsoleSession, account: Account): Proof[] {
  if (signIn.endedAt || signIn.jumpedAt) return []
  const counts = (proof: Proof) =>
    standing(account, Math.floor(proof.at / 1000)) && !isOfRemoved(account.removedFactors, proof)
  return [...signIn.proofs, ...proofs].filter(counts)
}

/**
 * Whether what was proven lately is strong enough: what was proven long ago, by whoever began the session, is not.
 * @param methods what the account has of those that policy allows
 */
export function meets(proofs: readonly Proof[], { seconds, acr }: ProofNeed, methods: readonly MethodFacts[]): boolean {
  const recent = proofs.filter(({ at }) => at >= Date.now() - seconds * 1000)
  return recent.length > 0 && levelFor(recent, methods) >= (levelOfAcr(acr) ?? Infinity)
}
