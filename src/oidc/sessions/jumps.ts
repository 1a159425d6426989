// A session that shows up elsewhere than where it was proven. It is asked wherever a session speaks for its person; where
// nothing has changed, which is nearly always, that is a comparison of two strings.
import type { Context } from 'koa'
import type { Events } from '../../core/events/events.ts'
import { answerTo, jumpsBetween, type JumpPolicy, type Place } from '../../core/sessions/jumps.ts'
import type { SignIn, SignIns } from '../../core/sessions/signins.ts'
import { countryOf } from '../../lib/country.ts'
import { browserOf } from '../../lib/web/browser/browser.ts'
import type { Sessions } from './sessions.ts'

export type Jumps = ReturnType<typeof createJumps>

interface Parts {
  signIns: SignIns
  sessions: Sessions
  events: Events
}

export function createJumps({ signIns, sessions, events }: Parts) {
  /**
   * The record of a session as it counts for a request: the very one where it is at home there. Elsewhere policy has it
   * without its proofs (`prove`), or ended (`end`), and that is one event, however many requests come at once.
   */
  async function follow(signIn: SignIn, ctx: Context, policy: JumpPolicy, clientId: string): Promise<SignIn> {
    const userAgent = ctx.get('user-agent').slice(0, 300)
    // A session that waits to be proven anew lets nobody in.
    if (signIn.jumpedAt || (userAgent === signIn.userAgent && !asksCountry(signIn, ctx.ip, policy))) return signIn

    const country = policy.sessionNewCountry === 'off' ? undefined : await countryOf(ctx.ip)
    const place: Place = { userAgent, ...(country ? { country } : {}) }
    const answer = answerTo(jumpsBetween(signIn, place), policy)
    if (answer === 'off') return signIn

    const unproven = await signIns.unprove(signIn.id, known => answerTo(jumpsBetween(known, place), policy) !== 'off')
    // Another request was there before this one.
    if (!unproven) return again(signIn, ctx, policy, clientId)
    const { accountId, id: sessionUid, deviceId } = unproven
    const origin = { address: ctx.ip, userAgent, traceId: ctx.state.traceId as string }
    await events.emit({
      type: 'session.jumped',
      ...origin,
      accountId,
      sessionUid,
      clientId,
      ...(deviceId ? { deviceId } : {}),
      details: {
        changed: jumpsBetween(unproven, place),
        answer,
        from: described(unproven),
        to: described(place),
      },
    })
    if (answer === 'prove') return unproven
    await sessions.end(sessionUid, 'jumped', origin)
    return { ...unproven, endedAt: Date.now() }
  }

  /** By what the session has become: it may have been proven anew at home meanwhile, which is still elsewhere from here. */
  async function again(signIn: SignIn, ...where: [Context, JumpPolicy, string]): Promise<SignIn> {
    const now = await signIns.get(signIn.id)
    if (!now || now.endedAt) return { ...signIn, endedAt: Date.now() }
    return follow(now, ...where)
  }

  return { follow }
}

function asksCountry({ address, country }: SignIn, now: string, { sessionNewCountry }: JumpPolicy): boolean {
  return sessionNewCountry !== 'off' && country !== undefined && address !== now
}

function described({ userAgent, country }: Place) {
  return { ...browserOf(userAgent), ...(country ? { country } : {}) }
}
