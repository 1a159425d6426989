// nextStep, asked on every authorization request, a live session included. The library's own acr, max_age and consent
// checks give way to it; its prompts only carry the answer.
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { standing, type Account } from '../core/accounts/account.ts'
import { nextStep, type MethodFacts, type Step } from '../core/signin/next-step.ts'
import type { Proof } from '../core/signin/proof.ts'
import type { SignIns } from '../core/signins.ts'
import { recordOf } from './account.ts'
import { scopeOfGrant } from './grants.ts'
import { resultOf } from './interaction-result.ts'
import { readRequest } from './read-request.ts'
import { signInOf } from './sign-in-record.ts'

const { Check, Prompt } = interactionPolicy

export type Finish = Extract<Step, { kind: 'finish' }>

/** The decision for one request, made once and read by every prompt's check and by the tokens' `acr`. */
export type Decisions = ReturnType<typeof createDecisions>

export function createDecisions(signIns: SignIns, factsOf: (accountId: string) => Promise<MethodFacts[]>) {
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
    const live = account !== undefined && stands(ctx, account)
    const request = { ...readRequest(ctx), ...expectedOf(result) }
    const grant = oidc.grant
    const step = nextStep({
      now: Date.now(),
      request,
      ...(account && live ? { account } : {}),
      identified: live,
      proofs: live ? await proofsOf(ctx, account) : [],
      ...(result.attempt ? { startedAt: result.attempt.startedAt } : {}),
      selected: result.attempt !== undefined,
      // Which methods could raise the session only matters when a level was asked for.
      methods: account && live && request.acrValues.length > 0 ? await factsOf(account.id) : [],
      consent: {
        firstParty: oidc.client!.first_party === true,
        ...(grant ? { given: scopeOfGrant(grant) } : {}),
        decided: result.consent !== undefined,
      },
    })
    if (step.kind === 'refuse') throw new errors.CustomOIDCProviderError(step.error, step.description)
    if (step.kind === 'finish') finished.set(oidc, step)
    return step
  }

  /** What was proven in the session, and by the attempt that this request comes back from, which is recorded first. */
  async function proofsOf(ctx: KoaContextWithOIDC, account: Account): Promise<Proof[]> {
    const { login } = resultOf(ctx.oidc.result)
    const session = ctx.oidc.session!
    // The library makes a session transient, and never lasting again when a later sign-in asks for it.
    if (login?.remember) session.transient = false
    const record = login ? await signIns.record(signInOf(ctx, login)) : await signIns.get(session.uid)
    return record?.accountId === account.id ? record.proofs : []
  }

  /** What the tokens of this request say; undefined until it is decided. */
  function finishOf(oidc: object): Finish | undefined {
    return finished.get(oidc)
  }

  return { decide, finishOf }
}

function expectedOf(result: ReturnType<typeof resultOf>): { expectedAccountId?: string } {
  const expectedAccountId = result.attempt?.expectedAccountId
  return expectedAccountId ? { expectedAccountId } : {}
}

function stands(ctx: KoaContextWithOIDC, account: Account): boolean {
  return standing(account, ctx.oidc.session!.loginTs ?? 0)
}

/** The prompts in their order, each raised by the steps that belong to it, with the errors that `prompt=none` gets. */
export function createPolicy(decide: Decisions['decide']): interactionPolicy.Prompt[] {
  const check = (reason: string, description: string, error: string, kinds: Step['kind'][]) =>
    new Check(reason, description, error, async ctx => kinds.includes((await decide(ctx)).kind))
  const prompt = (name: string, requestable: boolean, ...checks: interactionPolicy.Check[]) => {
    const made = new Prompt({ name, requestable }, ...checks)
    // The library asks by itself whenever the parameter names the prompt; whether it is done is for nextStep to say.
    made.checks.remove(`${name}_prompt`)
    return made
  }
  return [
    prompt(
      'select_account',
      true,
      check('select', 'an account has to be chosen', 'account_selection_required', ['select']),
    ),
    prompt('create', true, check('register', 'the person asked to register', 'interaction_required', ['register'])),
    prompt(
      'login',
      true,
      check('sign_in', 'the person has to sign in', 'login_required', ['identify', 'prove']),
      check('complete', 'the account needs the person', 'interaction_required', [
        'disabled',
        'verify-email',
        'choose-username',
      ]),
    ),
    prompt('consent', true, check('consent', 'the person has to agree', 'consent_required', ['consent'])),
  ]
}
