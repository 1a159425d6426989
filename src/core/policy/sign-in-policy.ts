// What holds for one sign-in: the settings, and how old a proof may be for what is signed in to.
import type { SignInPolicy } from '../signin/method-facts.ts'
import type { HeldPolicy } from './held.ts'
import type { ResolvedPolicy, Subject } from './resolve.ts'
import type { ResolvedSettings } from './settings.ts'

export type PolicyForSignIn = Omit<ResolvedPolicy, 'settings'> & {
  settings: ResolvedSettings & Pick<SignInPolicy, 'proofsLast'>
}

/** A browser has one session for all apps, and what is set for apps and roles says how long that lasts. */
export function sharedSession(policy: Pick<HeldPolicy, 'resolve'>, roles: readonly string[]): ResolvedSettings {
  return policy.resolve({ guards: ['apps'], roles }).settings
}

/** @throws Error before policy was read */
export function signInPolicy(policy: Pick<HeldPolicy, 'resolve'>, subject: Subject): PolicyForSignIn {
  const resolved = policy.resolve(subject)
  // Of apps it is the very one.
  if (subject.guards.every(guard => guard === 'apps')) return resolved
  const { settings, sources } = resolved
  const last = proofsLast(settings, sharedSession(policy, subject.roles ?? []))
  return { sources, settings: last === undefined ? settings : { ...settings, proofsLast: last } }
}

/**
 * The shared session would lead back into what has ended its own: so there a proof counts for as long as that may rest, or
 * last. Undefined where it lasts no shorter.
 */
function proofsLast(own: ResolvedSettings, shared: ResolvedSettings): number | undefined {
  const shorter = (['sessionIdleTtl', 'sessionMaxTtl', 'rememberedSessionTtl'] as const).filter(
    name => own[name] < shared[name],
  )
  const limits = shorter.map(name => own[name])
  if (shared.rememberAllowed && !own.rememberAllowed) limits.push(own.sessionMaxTtl)
  return limits.length > 0 ? Math.min(...limits) : undefined
}
