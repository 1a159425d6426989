// What an admin may set beside the configuration: for everyone, and more narrowly for a guard, a role or a client.
import { z } from 'zod'
import { CONFIRM_NEW_DEVICE, EMAIL_VERIFICATION, SECOND_FACTOR } from '../signin/method-facts.ts'
import { isCidr } from '../../lib/config/kinds.ts'
import { inBothNetworks, inEitherNetworks, type AllowedNetworks } from './networks.ts'
import { PROOF_OF_WORK } from '../work.ts'
import { ACR_VALUES, levelOfAcr } from '../signin/proof.ts'
import { SESSION_JUMP } from '../sessions/jumps.ts'

const lifetime = (about: string) => z.int().min(30).max(63_072_000).optional().describe(`${about} Seconds.`)

const upTo = (most: number) => z.int().min(0).max(most).optional()

export const settingsSchema = z.strictObject({
  sessionIdleTtl: lifetime('How long a session lasts without use.'),
  sessionMaxTtl: lifetime('How long a session lasts at most.'),
  rememberedSessionTtl: lifetime('How long a remembered session lasts.'),
  accessTokenTtl: lifetime('How long an opaque access token holds.'),
  refreshTokenTtl: lifetime('How long a refresh token holds after its last use.'),
  refreshTokenMaxTtl: lifetime('How long refreshing goes on at most.'),
  rememberAllowed: z.boolean().optional().describe('Whether people may ask to be remembered.'),
  offlineOutlivesSignOut: z.boolean().optional().describe('Whether offline_access goes on after a sign-out.'),
  requiredAcr: z.enum(ACR_VALUES).optional().describe('The least `acr` that a sign-in must reach.'),
  allowedMethods: z
    .union([z.literal('all'), z.array(z.string().regex(/^[a-z-]+$/)).min(1)])
    .optional()
    .describe(
      'The ways to prove who one is that count: `all`, or their ids. Of several lists, what is in all of them.',
    ),
  allowedNetworks: z
    .union([z.literal('all'), z.array(z.string().refine(isCidr)).min(1)])
    .optional()
    .describe(
      'From where people may sign in: `all`, or addresses and CIDR blocks. Of several lists, what is in all of them.',
    ),
  deniedNetworks: z
    .array(z.string().refine(isCidr))
    .min(1)
    .optional()
    .describe(
      'From where nobody may sign in: addresses and CIDR blocks, of all lists together. Set for everyone, no request is answered there.',
    ),
  proofOfWork: z
    .enum(PROOF_OF_WORK)
    .optional()
    .describe(
      'When a browser has to compute for a moment before a password is looked at, a registration taken or a mail to get back in sent: `off`, `under-attack` (while everyone together sends many wrong passwords), `always`.',
    ),
  secondFactor: z
    .enum(SECOND_FACTOR)
    .optional()
    .describe(
      'When a second factor is asked for: `off` only for an `acr`, `new-device` on a device that was not seen with the account, `optional` whenever the account has one, `required` always; who has none sets one up.',
    ),
  secondFactorGrace: upTo(7_776_000).describe(
    'For how long after it was first asked for a required second factor may be put off. Seconds.',
  ),
  emailVerification: z
    .enum(EMAIL_VERIFICATION)
    .optional()
    .describe('Whether people have to prove their address before they get to an app: `optional` or `required`.'),
  emailVerificationGrace: upTo(31_536_000).describe(
    'For how long after registration an address may go unproven where that is required. Seconds.',
  ),
  rememberSecondFactor: upTo(31_536_000).describe(
    'For how long a device may be remembered for the second factor; 0 for never. It raises no `acr`. Seconds.',
  ),
  confirmNewDevice: z
    .enum(CONFIRM_NEW_DEVICE)
    .optional()
    .describe(
      'When a sign-in without a passkey is confirmed by a mailed code or link: `off`, `device` on a browser that was not confirmed for the account, `network` also in a network that it was not confirmed in.',
    ),
  sessionNewDevice: z
    .enum(SESSION_JUMP)
    .optional()
    .describe(
      'What becomes of a session that shows another browser or system than it was proven in: `off` for nothing, `prove` has the person proven anew, `end` ends it.',
    ),
  sessionNewCountry: z
    .enum(SESSION_JUMP)
    .optional()
    .describe('The same of a session that shows up in another country: `off`, `prove` or `end`.'),
})

/** Overrides: what is absent is not said anything about. */
export type Settings = z.infer<typeof settingsSchema>
export type SettingName = keyof Settings
/** Every setting with a value. */
export type ResolvedSettings = { [Name in SettingName]-?: NonNullable<Settings[Name]> }

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[]

/** What all apps of a browser share, so that nothing can be said about it for one client. */
export const SHARED_BY_APPS: readonly SettingName[] = [
  'sessionIdleTtl',
  'sessionMaxTtl',
  'rememberedSessionTtl',
  'rememberAllowed',
]

/** Of two values, the one that lets less through: where several overrides apply, the strictest holds. */
export function stricter<Name extends SettingName>(
  name: Name,
  one: ResolvedSettings[Name],
  other: ResolvedSettings[Name],
): ResolvedSettings[Name] {
  if (name === 'allowedNetworks')
    return inBothNetworks(one as AllowedNetworks, other as AllowedNetworks) as ResolvedSettings[Name]
  if (name === 'deniedNetworks') return inEitherNetworks(one as string[], other as string[]) as ResolvedSettings[Name]
  if (name === 'allowedMethods') return inBoth(one as Methods, other as Methods) as ResolvedSettings[Name]
  const place = ORDERED[name]
  if (place) return place(String(one)) >= place(String(other)) ? one : other
  // Shorter lives, and "no" before "yes".
  return one <= other ? one : other
}

type Methods = ResolvedSettings['allowedMethods']

const ORDERED: Partial<Record<SettingName, (value: string) => number>> = {
  requiredAcr: value => levelOfAcr(value) ?? 0,
  emailVerification: value => (EMAIL_VERIFICATION as readonly string[]).indexOf(value),
  proofOfWork: value => (PROOF_OF_WORK as readonly string[]).indexOf(value),
  confirmNewDevice: value => (CONFIRM_NEW_DEVICE as readonly string[]).indexOf(value),
  secondFactor: value => (SECOND_FACTOR as readonly string[]).indexOf(value),
  sessionNewDevice: value => (SESSION_JUMP as readonly string[]).indexOf(value),
  sessionNewCountry: value => (SESSION_JUMP as readonly string[]).indexOf(value),
}

/** One of the two where it holds nothing that the other lacks, so that it is known whose word it is. */
function inBoth(one: Methods, other: Methods): Methods {
  if (one === 'all') return other
  if (other === 'all') return one
  const both = one.filter(id => other.includes(id))
  return both.length === one.length ? one : both.length === other.length ? other : both
}
