// What holds here of each limit: the table, with what the operator has set.
import { readLimitSetting } from '../../lib/config/limit-settings.ts'
import type { Config } from '../../lib/config/schema.ts'
import { Refused } from '../../lib/errors.ts'
import type { ListedRule, Rule } from './rule.ts'
import { rules, rulesOfMethod } from './rules.ts'

/** A rule as it holds here; undefined where it is switched off. */
export type RuleInForce = (rule: Rule) => Rule | undefined

/**
 * @param methods the ids of the ways to sign in: each has limits of its own
 * @throws Refused `config.limits` for a name that no limit has
 */
export function rulesInForce(config: Config, methods: readonly string[]): RuleInForce {
  const settings = new Map<string, Partial<Rule> | undefined>(Object.entries(configuredRules(config)))
  const names = new Set(allRules(methods).map(({ name }) => name))
  for (const setting of config.limits.map(readLimitSetting)) {
    const { name, numbers } = setting!
    if (!names.has(name)) throw unknownLimit(name)
    // A lock that is not named is none.
    settings.set(name, numbers && { lock: 0, longestLock: 0, ...numbers })
  }
  return rule => {
    if (!settings.has(rule.name)) return rule
    const setting = settings.get(rule.name)
    return setting && { ...rule, ...setting }
  }
}

/** Each limit there is, in the order of the table. */
export function allRules(methods: readonly string[]): ListedRule[] {
  return [...Object.values(rules), ...methods.flatMap(method => Object.values(rulesOfMethod(method)))]
}

/** What the configuration says of single limits by keys of its own. */
function configuredRules(config: Config): Record<string, Partial<Rule>> {
  const { passwordFailures, passwordWindow: window, passwordLock, addressFailures, globalFailures, smsBudget } = config
  const account = {
    max: passwordFailures,
    window,
    lock: passwordLock,
    longestLock: Math.max(passwordLock, rules.passwordAccount.longestLock),
  }
  return {
    [rules.passwordAccount.name]: account,
    [rules.passwordDevice.name]: account,
    [rules.passwordNetwork.name]: { max: addressFailures, window },
    [rules.passwordSite.name]: { max: addressFailures * 8, window },
    [rules.passwordEveryone.name]: { max: globalFailures, window },
    [rules.smsBudget.name]: { max: smsBudget },
  }
}

function unknownLimit(name: string): Refused {
  return new Refused('config.limits', {
    hint: `limits: there is no limit called ${name}. \`latchkey security limits\` lists those that there are.`,
  })
}
