// nextStep, asked on every authorization request, a live session included. The library's own acr, max_age and consent
// checks give way to it; its prompts only carry the answer.
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { standing, type Account } from '../../core/accounts/account.ts'
import { lackingOf } from '../../core/accounts/lacking.ts'
import { termsVersionFor } from '../../core/accounts/terms.ts'
import type { MethodFacts, SignInPolicy } from '../../core/signin/method-facts.ts'
import { nextStep, type Step } from '../../core/signin/next-step.ts'
import type { Events } from '../../core/events/events.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import type { HeldPolicy } from '../../core/policy/held.ts'
import { mayComeFrom } from '../../core/policy/networks.ts'
import { signInPolicy } from '../../core/policy/sign-in-policy.ts'
import { ACR_VALUES, levelOf, type Proof } from '../../core/signin/proof.ts'
import type { AuthRequest } from '../../core/signin/request.ts'
import { deviceOf, type SignIn, type SignIns } from '../../core/sessions/signins.ts'
import type { Config } from '../../lib/config/schema.ts'
import { networkOf } from '../../lib/network.ts'
import { recordOf } from '../accounts/account.ts'
import { scopeOfGrant } from '../tokens/grants.ts'
import { guardsOf } from './guards.ts'
import { resultOf, type AttemptResult } from './interaction-result.ts'
import { sessionTtl } from '../provider/lifetimes.ts'
import { PROMPTS } from './prompts.ts'
import { readRequest } from './read-request.ts'
import { signInOf } from '../sessions/sign-in-record.ts'
import { keep } from '../provider/under-way.ts'
import type { JumpPolicy } from '../../core/sessions/jumps.ts'
import type { Jumps } from '../sessions/jumps.ts'

const { Check, Prompt } = interactionPolicy
const [LOWEST] = ACR_VALUES

export type Finish = Extract<Step, { kind: 'finish' }>

/** The decision for one request, made once and read by every prompt's check and by the tokens' `acr`. */
export type Decisions = ReturnType<typeof createDecisions>

export interface DecisionParts {
  config: Pick<Config, 'issuer' | 'termsUrl' | 'termsVersion' | 'usernames' | 'accountFields'>
  signIns: SignIns
  events: Events
  factsOf: (account: Account) => Promise<MethodFacts[]>
  policy: HeldPolicy
  limits: Limits
  jumps: Jumps
}

export function createDecisions({ config, signIns, events, factsOf, policy, limits, jumps }: DecisionParts) {
  const made = new WeakMap<object, Promise<Step>>()
  const finished = new WeakMap<object, Finish>()

  function decide(ctx: KoaContextWithOIDC): Promise<Step> {
    const known = made.get(ctx.oidc)
    if (known) return known
    const step = decideOnce(ctx)
    made.set(ctx.oidc, step)
    return step
  }

  async function decideOnce(ctx: KoaContextWithOIDC): Promise<Step> {
    const { oidc } = ctx
    const result = resultOf(oidc.result)
    const account = recordOf(oidc.account)
    const request = { ...readRequest(ctx), ...expectedOf(result) }
    const grant = oidc.grant
    // What decides about access is read anew: a change on another process counts at once.
    await policy.read()
    const { clientId } = oidc.client!
    const { settings } = signInPolicy(policy, {
      guards: guardsOf(config, clientId, Object.keys(request.resources)),
      clientId,
      roles: account?.roles ?? [],
    })
    const stood = account !== undefined && stands(ctx, account)
    const found = stood ? await signInFor(ctx, account, settings) : undefined
    const live = stood && !found?.endedAt
    const signIn = live ? found : undefined
    const proofs = signIn?.proofs ?? []
    const asksMethods = account !== undefined && live && methodsMatter(request, settings, account, proofs)
    const step = nextStep({
      now: Date.now(),
      request,
      ...(account && live ? { account } : {}),
      identified: live,
      proofs,
      ...(result.attempt ? { startedAt: result.attempt.startedAt } : {}),
      termsVersion: termsVersionFor(config, account),
      ...(account ? { lacking: lackingOf(config, account) } : {}),
      selected: result.attempt !== undefined,
      // Upgrades are offered on the pages of a sign-in alone.
      methods: asksMethods ? (await factsOf(account)).map(facts => ({ ...facts, upgrade: false })) : [],
      policy: settings,
      fromAllowedNetwork: mayComeFrom(settings, ctx.ip),
      // Of the pages alone.
      workDue: false,
      device: signIn ? deviceOf(signIn) : { known: false, declined: [] },
      added: [],
      skipped: result.attempt?.skipped ?? [],
      consent: {
        firstParty: oidc.client!.first_party === true,
        ...(grant ? { given: scopeOfGrant(grant) } : {}),
        decided: result.consent !== undefined,
      },
    })
    if (step.kind === 'refuse') throw new errors.CustomOIDCProviderError(step.error, step.description)
    // Before the library stores what it is about to begin.
    if (!live && !oidc.prompts.has('none')) await countBegun(ctx)
    if (step.kind === 'finish') {
      finished.set(oidc, step)
      if (signIn)
        await signIns.seen(
          signIn,
          oidc.client!.clientId,
          Date.now() + sessionTtl(policy, oidc.session!, account?.roles) * 1000,
        )
    }
    return step
  }

  /** Counted with what is begun, by one commit, unless it may be too much. @throws LimitReached */
  async function countBegun(ctx: KoaContextWithOIDC): Promise<void> {
    const network = networkOf(ctx.ip)
    const { left } = await limits.look(rules.begun, network)
    const counted = limits.count(rules.begun, network)
    if (left > 0) keep(ctx, counted)
    else await counted
  }

  /** The record of the session; of the sign-in that this request comes back from, it is made first. */
  async function signInFor(
    ctx: KoaContextWithOIDC,
    account: Account,
    settings: JumpPolicy,
  ): Promise<SignIn | undefined> {
    const { login } = resultOf(ctx.oidc.result)
    const session = ctx.oidc.session!
    // The library makes a session transient, and never lasting again when a later sign-in asks for it.
    if (login?.remember) session.transient = false
    const known = await signIns.get(session.uid)
    const isOwn = known?.accountId === account.id && !known.endedAt
    const followed = isOwn ? await jumps.follow(known, ctx, settings, ctx.oidc.client!.clientId) : undefined
    // It may have ended just now: who has signed in to it comes too late.
    if (followed?.endedAt || !login) return followed
    const recorded = await recordSignIn(ctx, login, known)
    return recorded?.accountId === account.id && !recorded.endedAt ? recorded : undefined
  }

  async function recordSignIn(
    ctx: KoaContextWithOIDC,
    login: NonNullable<AttemptResult['login']>,
    known: SignIn | undefined,
  ): Promise<SignIn | undefined> {
    const { accountId, deviceId } = login
    const signIn = await signInOf(ctx, login, sessionTtl(policy, ctx.oidc.session!, recordOf(ctx.oidc.account)?.roles))
    const { id: sessionUid, address, userAgent } = signIn
    const origin = { address, userAgent, traceId: ctx.state.traceId as string, ...(deviceId ? { deviceId } : {}) }
    if (!known) {
      await events.emit({
        type: 'session.created',
        ...origin,
        accountId,
        clientId: ctx.oidc.client!.clientId,
        sessionUid,
        details: {},
      })
    }
    return signIns.record(signIn, resultOf(ctx.oidc.result).attempt?.startedAt ?? 0)
  }

  /** What the tokens of this request say; undefined until it is decided. */
  function finishOf(oidc: object): Finish | undefined {
    return finished.get(oidc)
  }

  return { decide, finishOf }
}

/**
 * What could be proven besides only matters when a level or an age is asked for, when two proofs make one, or when the account ever
 * had a second factor: it takes a look at the store.
 */
function methodsMatter(
  { acrValues, maxAge, prompts }: AuthRequest,
  { requiredAcr, secondFactor, confirmNewDevice }: SignInPolicy,
  { secondFactorChangedAt }: Account,
  proofs: readonly Proof[],
): boolean {
  if (acrValues.length > 0 || maxAge !== undefined || prompts.includes('login') || requiredAcr !== LOWEST) return true
  if (confirmNewDevice !== 'off') return true
  const isAtOnce = proofs.some(({ factors }) => factors.length > 1)
  if (levelOf(proofs) > 1) return !isAtOnce
  return secondFactor === 'required' || (secondFactor !== 'off' && secondFactorChangedAt !== undefined)
}

function expectedOf(result: ReturnType<typeof resultOf>): { expectedAccountId?: string } {
  const expectedAccountId = result.attempt?.expectedAccountId
  return expectedAccountId ? { expectedAccountId } : {}
}

function stands(ctx: KoaContextWithOIDC, account: Account): boolean {
  return standing(account, ctx.oidc.session!.loginTs ?? 0)
}

/** The prompts in their order. */
export function createPolicy(decide: Decisions['decide']): interactionPolicy.Prompt[] {
  return PROMPTS.map(({ name, checks }) => {
    const made = new Prompt(
      { name, requestable: true },
      ...checks.map(
        ({ reason, description, error, kinds }) =>
          new Check(reason, description, error, async ctx => kinds.includes((await decide(ctx)).kind)),
      ),
    )
    // The library asks by itself whenever the parameter names the prompt; whether it is done is for nextStep to say.
    made.checks.remove(`${name}_prompt`)
    return made
  })
}
