// What an account has set up to sign in with.
import type { Command } from 'commander'
import type { Account } from '../../core/accounts/account.ts'
import { holdPolicy } from '../../core/policy/held.ts'
import { createPolicies } from '../../core/policy/policies.ts'
import type { SignInPolicy } from '../../core/signin/method-facts.ts'
import { allowedMethods } from '../../core/signin/missing-proof.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import { describeFactors, removeCredential, type RemovalCheck } from '../../methods/enrolment.ts'
import { knownMethods, methods as listed } from '../../methods/list.ts'
import type { Store } from '../../storage/port.ts'
import { CommandError } from '../support/failure.ts'
import { accountNamed } from '../support/named.ts'
import { ORIGIN, withStore, type Opened } from '../support/open.ts'
import { withJson, type JsonOption } from '../support/options.ts'
import { print, table, time } from '../support/print.ts'

export function define(factors: Command): void {
  withJson(factors.command('list <name>'))
    .description('list what an account, named by its address, username or id, has set up to sign in with')
    .action(list)
  withJson(factors.command('remove <name> <credential>'))
    .description('remove one of them, named by its method or its id; with the last second factor the recovery codes go')
    .option('--last', 'also the only one to sign in with: a code or link by mail is what is left')
    .action(remove)
}

function list(name: string, { json }: JsonOption): Promise<void> {
  return withStore(async opened => {
    const account = await accountNamed(opened.accounts, name)
    const items = await factorsOf(opened, account.id)
    print(json, { items }, () => {
      if (items.length === 0) return `${account.email} has nothing set up.`
      const rows = items.map(one => [
        one.method,
        one.credentialId,
        one.name,
        [one.detail, one.warning].filter(Boolean).join('; '),
        time(one.createdAt),
        one.usedAt ? time(one.usedAt) : '',
      ])
      return table(['method', 'id', 'name', 'more', 'since', 'last used'], rows)
    })
  })
}

interface RemoveOptions extends JsonOption {
  last?: boolean
}

function remove(name: string, wanted: string, { json, last = false }: RemoveOptions): Promise<void> {
  return withStore(async opened => {
    const { accounts, config, sessions, store } = opened
    const account = await accountNamed(accounts, name)
    const all = await factorsOf(opened, account.id)
    const named = all.filter(({ credentialId, method }) => credentialId === wanted || method === wanted)
    const [one] = named
    if (!one) throw new CommandError(`${account.email} has no ${wanted}: see \`latchkey users factors list\`.`)
    if (named.length > 1) throw new CommandError(`${account.email} has several of ${wanted}: name one by its id.`)
    const methods = knownMethods(listed, config)
    const services = { ...opened, methods, endProvenBy: sessions.endProvenBy }
    const alsoCheck = last ? keepAllowed(await policyOf(store, config, account)) : undefined
    await removeCredential(services, account, one.credentialId, {
      origin: ORIGIN,
      evenLast: last,
      ...(alsoCheck ? { alsoCheck } : {}),
    })
    print(json, { removed: one.credentialId }, () => `Removed: ${one.name} of ${account.email}.`)
  })
}

async function policyOf(store: Store, config: Config, { roles }: Account): Promise<SignInPolicy> {
  const held = holdPolicy(createPolicies(store), config)
  await held.read()
  return held.resolve({ guards: ['apps'], roles }).settings
}

/** What policy does not let anybody sign in by is no way back. */
function keepAllowed(policy: SignInPolicy): RemovalCheck {
  return (_had, left) => {
    if (allowedMethods({ methods: left, policy }).some(({ first }) => first)) return
    const hint = 'Policy allows no code or link by mail, so nobody could sign in to this account any more.'
    throw new Refused('factor.last', { status: 409, hint })
  }
}

async function factorsOf({ credentials, config }: Pick<Opened, 'credentials' | 'config'>, accountId: string) {
  const described = await describeFactors({ methods: knownMethods(listed, config), credentials }, accountId)
  return described.flatMap(({ method, described: own }) => own.map(one => ({ method: method.id, ...one })))
}
