// What a sign-in would ask of a person, step by step, and why. Nobody is signed in, and nothing is counted.
import type { Account } from '../core/accounts/account.ts'
import { createConsents } from '../core/consents.ts'
import { holdPolicy } from '../core/policy/held.ts'
import { createPolicies } from '../core/policy/policies.ts'
import type { Guard, ResolvedPolicy } from '../core/policy/resolve.ts'
import { foresee, type Foreseen } from '../core/signin/foresee.ts'
import type { Situation } from '../core/signin/situation.ts'
import { factsForAnybody, factsOf } from '../methods/facts.ts'
import { methods as listed, workingMethods } from '../methods/list.ts'
import { passwordLockOf } from '../methods/password/limits.ts'
import { closedUntil } from '../methods/tries.ts'
import { findClient } from '../oidc/clients/client-record.ts'
import { shownSetting } from './policy-options.ts'
import { CommandError } from './support/failure.ts'
import { accountNamed } from './support/named.ts'
import { withStore, type Opened } from './support/open.ts'
import type { JsonOption } from './support/options.ts'
import { print, table, time } from './support/print.ts'

export interface LoginOptions extends JsonOption {
  email: string
  client?: string
  guard: Guard
  acr?: string[]
}

export function debugLogin(options: LoginOptions): Promise<void> {
  return withStore(async opened => {
    const { accounts, credentials, config, store } = opened
    const methods = workingMethods(listed, config)
    const account = await accountNamed(accounts, options.email)
    const held = holdPolicy(createPolicies(store), config)
    await held.read()
    const clientId = options.client
    const subject = { guard: options.guard, ...(clientId ? { clientId } : {}), roles: account.roles }
    const policy = held.resolve(subject)
    const start = await startOf(opened, account, policy, options)
    const anybody = { ...start, methods: factsForAnybody(methods) }
    const steps = foresee(anybody, await factsOf({ methods, credentials }, account))
    const locks = await locksOf(opened, account.id)
    print(options.json, { accountId: account.id, steps, locks }, () => {
      const rows = steps.map(one => [said(one), why(one, policy)])
      const closed = locks.map(({ method, until }) => `\n${method} is closed until ${time(until)}: too many tries.`)
      return table(['would ask', 'because'], rows) + closed.join('')
    })
  })
}

async function startOf(
  { store }: Opened,
  account: Account,
  { settings }: ResolvedPolicy,
  { client: clientId, acr }: LoginOptions,
): Promise<Omit<Situation, 'methods'>> {
  const client = clientId === undefined ? undefined : await findClient(store, clientId)
  if (clientId !== undefined && !client) throw new CommandError(`There is no client with the id ${clientId}.`)
  const given = client && (await createConsents(store).get(account.id, client.id))
  const now = Date.now()
  return {
    now,
    startedAt: now,
    request: {
      prompts: [],
      acrValues: acr ?? [],
      acrEssential: acr !== undefined,
      scopes: ['openid'],
      claims: [],
      resources: {},
    },
    account,
    identified: true,
    selected: true,
    proofs: [],
    policy: settings,
    device: { known: false, declined: [] },
    added: [],
    skipped: [],
    consent: {
      firstParty: client === undefined || client.metadata.first_party === true,
      ...(given ? { given } : {}),
      decided: false,
    },
  }
}

async function locksOf(opened: Opened, accountId: string): Promise<{ method: string; until: number }[]> {
  const all = await Promise.all([
    passwordLockOf(opened, accountId).then(until => ({ method: 'password', until })),
    ...listed.map(async ({ id }) => ({ method: id, until: await closedUntil(opened, id, accountId) })),
  ])
  return all.flatMap(({ method, until }) => (until === undefined ? [] : [{ method, until }]))
}

function said({ step }: Foreseen): string {
  const any = (ids: readonly string[]) => (ids.length > 0 ? ids.join(' or ') : 'nothing: it cannot go on')
  switch (step.kind) {
    case 'prove':
      return `${step.role === 'first' ? 'a first proof' : 'a further proof'}: ${any(step.methods)}`
    case 'enrol':
      return `to set up ${any(step.methods)}${step.skippable ? ', or not now' : ''}`
    case 'consent':
      return 'consent to what the app asks for'
    case 'verify-email':
      return 'a code that is mailed, to prove the address'
    case 'disabled':
      return 'nothing: the account is disabled'
    case 'refuse':
      return `nothing: the app is told ${step.error}`
    case 'finish':
      return `nothing more: the app gets ${step.acr}`
    default:
      return step.kind
  }
}

function why({ because }: Foreseen, { settings, sources }: ResolvedPolicy): string {
  const reasons = because.map(reason =>
    reason === 'acr'
      ? 'the app asks for an acr'
      : `${reason} is ${shownSetting(reason, settings[reason])} (${sources[reason]})`,
  )
  return reasons.join(', ')
}
