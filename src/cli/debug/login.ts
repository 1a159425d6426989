// What a sign-in would ask of a person, step by step, and why. Nobody is signed in, and nothing is counted.
import { holdPolicy } from '../../core/policy/held.ts'
import { createPolicies } from '../../core/policy/policies.ts'
import type { Guard } from '../../core/policy/resolve.ts'
import { signInPolicy } from '../../core/policy/sign-in-policy.ts'
import { foresee } from '../../core/signin/foresee.ts'
import { factsForAnybody, factsOf } from '../../methods/facts.ts'
import { methods as listed, workingMethods } from '../../methods/list.ts'
import { silentError } from '../../oidc/authorization/prompts.ts'
import { riskInWords, riskOf } from './login-risk.ts'
import { sessionInWords, sessionOf, type SessionOptions } from './login-session.ts'
import { startOf, type StartOptions } from './login-start.ts'
import { said, why } from './login-words.ts'
import { guardsNamed } from '../policy/options.ts'
import { accountNamed } from '../support/named.ts'
import { withStore } from '../support/open.ts'
import type { JsonOption } from '../support/options.ts'
import { print, table } from '../support/print.ts'

export interface LoginOptions extends JsonOption, StartOptions, SessionOptions {
  email: string
  guard?: Guard
}

export function debugLogin(options: LoginOptions): Promise<void> {
  return withStore(async opened => {
    const { accounts, credentials, config, store } = opened
    const methods = workingMethods(listed, config)
    const account = await accountNamed(accounts, options.email)
    const held = holdPolicy(createPolicies(store), config)
    await held.read()
    const { client: clientId } = options
    const guards = guardsNamed(config, clientId, options.guard)
    const policy = signInPolicy(held, { guards, ...(clientId ? { clientId } : {}), roles: account.roles })
    const session = await sessionOf(opened, account, policy, options)
    const counts = session?.answer === 'off' ? session.signIn : undefined
    const start = await startOf(opened, account, policy.settings, options, counts)
    const known = await factsOf({ methods, credentials }, account)
    const steps = foresee({ ...start, methods: start.proofs.length > 0 ? known : factsForAnybody(methods) }, known)
    const risk = await riskOf(opened, account, policy.settings.rememberSecondFactor)
    const error = options.prompt?.includes('none') ? silentError(steps[0]!.step) : undefined
    const { signIn: _kept, ...shown } = session ?? {}
    const found = { accountId: account.id, guards, steps, ...(error ? { error } : {}), risk }
    print(options.json, { ...found, ...(session ? { session: shown } : {}) }, () => {
      const rows = steps.map(one => [said(one), why(one, policy)])
      const silent = error ? [`With prompt=none the app is told ${error}, as the person has to do this first:`, ''] : []
      const elsewhere = session ? sessionInWords(session, policy) : []
      return [...elsewhere, ...silent, table(['would ask', 'because'], rows), ...riskInWords(risk)].join('\n')
    })
  })
}
