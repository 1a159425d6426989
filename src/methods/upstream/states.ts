// The state of a round trip to an upstream (RFC 6749, section 10.12): a secret, and before it where it began, because an
// upstream knows one address of ours alone. It decides nothing: the page that it leads to looks at all of it.
import { newSecret } from '../../lib/ids.ts'

/** In the account console, as against an attempt's id. */
export const AT_ACCOUNT = 'account'

const STATE = /^([\w-]{1,64})\.[\w-]{43}$/

export function newState(began: string): string {
  return `${began}.${newSecret()}`
}

/** Where it began, as it says itself; undefined for what is no state of ours. */
export function beganAt(state: string): string | undefined {
  return STATE.exec(state)?.[1]
}
