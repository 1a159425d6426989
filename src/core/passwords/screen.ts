import type { Config } from '../../lib/config/schema.ts'
import { createBreachCheck, type BreachAnswer } from './breached.ts'
import { createCommonList } from './common-list.ts'

/** Why a password is not to be chosen, however long it is; undefined for one that nobody else is known to have. */
export type Screen = (password: string) => Promise<'common' | 'breached' | undefined>

interface Parts {
  config: Pick<Config, 'breachedPasswordsUrl'>
  fetch: typeof fetch
  asked: (answer: BreachAnswer, reason?: string) => unknown
}

/** What many have chosen, and, where a service is configured for it, what has leaked. */
export function createScreen({ config: { breachedPasswordsUrl: url }, ...parts }: Parts): Screen {
  const isCommon = createCommonList()
  const isBreached = url ? createBreachCheck({ url, ...parts }) : undefined
  return async password => {
    if (await isCommon(password)) return 'common'
    return (await isBreached?.(password)) ? 'breached' : undefined
  }
}
