// Whether a session shows up elsewhere than where it was proven: in another browser, or in another country. A User-Agent is
// easily forged, so this stops nobody who knows what the owner uses; it stops a cookie that was found or bought.
import { browserOf } from '../../lib/web/browser/browser.ts'

/** From the laxer to the stricter: what becomes of the session. */
export const SESSION_JUMP = ['off', 'prove', 'end'] as const
export type SessionJump = (typeof SESSION_JUMP)[number]

export const JUMPS = ['browser', 'country'] as const
export type Jump = (typeof JUMPS)[number]

/** What a request shows of where it comes from, and what a session keeps of it. */
export interface Place {
  /** At most 300 characters, or as `shortUserAgent` writes it. */
  userAgent: string
  /** ISO 3166-1 alpha-2, where it is known. */
  country?: string
}

export interface JumpPolicy {
  sessionNewDevice: SessionJump
  sessionNewCountry: SessionJump
}

/** In what a request differs from where the session was proven. A country that is not known is no other one. */
export function jumpsBetween(made: Place, now: Place): Jump[] {
  const country = made.country !== undefined && now.country !== undefined && made.country !== now.country
  return [
    ...(isOtherBrowser(made.userAgent, now.userAgent) ? ['browser' as const] : []),
    ...(country ? ['country' as const] : []),
  ]
}

/** What policy has done about it: of several jumps, the strictest. */
export function answerTo(jumps: readonly Jump[], policy: JumpPolicy): SessionJump {
  const asked = { browser: policy.sessionNewDevice, country: policy.sessionNewCountry }
  const strictest = Math.max(0, ...jumps.map(jump => SESSION_JUMP.indexOf(asked[jump])))
  return SESSION_JUMP[strictest]!
}

/** Another family, or another system: never another version. What hides its system has not changed it. */
function isOtherBrowser(made: string, now: string): boolean {
  if (made === now) return false
  const [one, other] = [browserOf(made), browserOf(now)]
  if (one.browser !== other.browser) return true
  return one.system !== undefined && other.system !== undefined && asDesktop(one.system) !== asDesktop(other.system)
}

/** A phone or tablet that asks for the desktop site, as some do for each site or when they are unfolded, says so. */
const DESKTOP = new Map([
  ['Android', 'Linux'],
  ['iOS', 'macOS'],
])

function asDesktop(system: string): string {
  return DESKTOP.get(system) ?? system
}
