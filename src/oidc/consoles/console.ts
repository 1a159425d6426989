// A console as a relying party: it sends people to sign in, takes them back, and knows them again.
import type { RequestListener } from 'node:http'
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import type { Account } from '../../core/accounts/account.ts'
import type { ConsoleLogins, ProofNeed } from '../../core/consoles/logins.ts'
import type { ConsoleLifetimes, KeptForm, NewConsoleSession } from '../../core/consoles/sessions.ts'
import type { Limits } from '../../core/limits/limits.ts'
import { rules } from '../../core/limits/rules.ts'
import type { MethodFacts } from '../../core/signin/method-facts.ts'
import { allowedMethods } from '../../core/signin/missing-proof.ts'
import type { Proof } from '../../core/signin/proof.ts'
import type { Screen } from '../../core/signin/request.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { newSecret } from '../../lib/ids.ts'
import { networkOf } from '../../lib/network.ts'
import type { ConsoleKind } from './console-clients.ts'
import { createCurrent, meets, type ConsoleSessionParts, type SignedIn } from './console-session.ts'
import { createConsoleCookies } from './cookies.ts'
import { localPath } from './local-path.ts'
import { createRelyingParty } from './relying-party.ts'
import { explainFailure, unknownState } from './refusals.ts'

export interface ConsoleParts extends ConsoleSessionParts {
  config: Config
  limits: Limits
  consoleLogins: ConsoleLogins
  /** What an account has to prove itself by. */
  factsOf: (account: Account) => Promise<MethodFacts[]>
  provider: () => Provider
  /** The program's own handler of requests. */
  handler: () => RequestListener
}

export interface Journey {
  /** Where it leads in the end: a path of the console. */
  returnTo: string
  /** What has to be proven, by whom. */
  step?: { need: ProofNeed; signedIn: SignedIn }
  /** What was typed in a form that has to wait. */
  kept?: KeptForm
  prompt?: 'create'
  /** The page that it begins on. */
  screen?: Screen
}

export type Console = ReturnType<typeof createConsole>

export function createConsole(parts: ConsoleParts, kind: ConsoleKind) {
  const { config, limits, consoleLogins, consoleSessions, policy } = parts
  const cookies = createConsoleCookies(config, kind)
  const party = createRelyingParty(config, kind, parts.handler)
  const current = createCurrent(parts, kind, cookies)

  /** Sends the browser to sign in, and from there to `returnTo`. @throws LimitReached `limit.console.address`, 429 */
  async function begin(ctx: Context, { returnTo, step, kept, prompt, screen }: Journey): Promise<void> {
    await limits.count(rules.consoleBegun, networkOf(ctx.ip))
    const state = newSecret()
    const browserSecret = cookies.keepBrowser(ctx)
    const accountId = step?.signedIn.account.id ?? (await lastAccount(ctx))
    const login = {
      clientId: kind.clientId,
      returnTo: localPath(returnTo, config.issuer, kind.path) ?? kind.path,
      ...(accountId ? { accountId } : {}),
      ...(step ? { need: step.need } : {}),
      ...(kept && accountId ? { kept } : {}),
    }
    await consoleLogins.begin(state, browserSecret, login, config.interactionTtl)
    const params = {
      ...(step ? paramsOf(step) : {}),
      ...(prompt ? { prompt } : {}),
      // Whoever is signed in may have forgotten the password all the same.
      ...(screen ? { screen_hint: screen, prompt: 'login' } : {}),
    }
    ctx.redirect(await party.authorizationUrl({ state, browserSecret, params }))
    ctx.status = 303
  }

  /** Whose the console's cookie was, although nobody is signed in by it any more. */
  async function lastAccount(ctx: Context): Promise<string | undefined> {
    const secret = cookies.session(ctx)
    return secret ? (await consoleSessions.find(secret))?.accountId : undefined
  }

  /**
   * Takes the browser back. Whatever session cookie it held, it has a new one from here on.
   * @returns where to go; @throws Refused `console.…` for an answer that is not what was asked for
   */
  async function finish(ctx: Context): Promise<string> {
    const state = typeof ctx.query.state === 'string' ? ctx.query.state : ''
    const browserSecret = cookies.browser(ctx)
    const login = browserSecret ? await consoleLogins.take(state, browserSecret) : undefined
    if (!browserSecret || login?.clientId !== kind.clientId) throw unknownState()
    await limits.giveBack(rules.consoleBegun, networkOf(ctx.ip))

    const from = await redeem(ctx, { state, browserSecret })
    const kept = login.accountId === from.accountId ? login.kept : undefined
    await policy.read()
    const account = await parts.accounts.get(from.accountId)
    const wanted = { clientId: kind.clientId, ...from, ...(kept ? { kept } : {}) }
    await renew(ctx, wanted, settingsFor(account))
    if (login.need) await requireProven(account, from.sessionUid, login.need)
    return kept ? withKept(login.returnTo) : login.returnTo
  }

  /**
   * Adds what was proven in the console itself. The browser has a new session for it: a copy of the cookie from before, or
   * of the provider's, is not raised.
   */
  async function prove(ctx: Context, { session, account }: SignedIn, proof: Proof): Promise<void> {
    const { clientId, accountId, sessionUid, proofs = [] } = session
    await renew(ctx, { clientId, accountId, sessionUid, proofs: [...proofs, proof] }, settingsFor(account))
  }

  async function renew(ctx: Context, wanted: NewConsoleSession, lifetimes: ConsoleLifetimes): Promise<void> {
    const former = cookies.session(ctx)
    if (former) await consoleSessions.end(former)
    cookies.keepSession(ctx, await consoleSessions.start(wanted, lifetimes))
  }

  async function redeem(ctx: Context, asked: { state: string; browserSecret: string }) {
    try {
      const { accessToken } = await party.redeem(ctx.querystring, asked)
      return await sessionOf(parts.provider(), accessToken)
    } catch (error) {
      throw explainFailure(error)
    }
  }

  function settingsFor(account: Account | undefined) {
    const { guards, clientId } = kind
    return policy.resolve({ guards, clientId, roles: account?.roles ?? [] }).settings
  }

  /** What an account has to prove itself by, of what policy allows here. */
  async function ownMethods(account: Account): Promise<MethodFacts[]> {
    return allowedMethods({ methods: await parts.factsOf(account), policy: settingsFor(account) })
  }

  /** Sent again and again, the person would get nowhere: said once instead. */
  async function requireProven(account: Account | undefined, sessionUid: string, need: ProofNeed): Promise<void> {
    const signIn = await parts.signIns.get(sessionUid)
    if (signIn && account && meets(signIn.proofs, need, await ownMethods(account))) return
    throw new Refused('console.unproven', {
      status: 403,
    })
  }

  return { current, begin, finish, prove, ownMethods }
}

/** The very person, proven anew: a mere wish for `acr`, since what cannot be reached is not asked for. */
function paramsOf({ need, signedIn }: NonNullable<Journey['step']>): Record<string, string> {
  return {
    max_age: String(need.seconds),
    acr_values: need.acr,
    claims: JSON.stringify({ id_token: { sub: { value: signedIn.account.id } } }),
  }
}

function withKept(path: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}kept=1`
}

/** The provider's session that a token came from. The token has then done all that it was for. */
async function sessionOf(provider: Provider, accessToken: string): Promise<{ accountId: string; sessionUid: string }> {
  const token = await provider.AccessToken.find(accessToken)
  if (!token?.sessionUid) throw unknownState()
  await token.destroy()
  return { accountId: token.accountId, sessionUid: token.sessionUid }
}
