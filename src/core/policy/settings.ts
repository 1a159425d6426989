// What an admin may set beside the configuration: for everyone, and more narrowly for a guard, a role or a client.
import { z } from 'zod'
import { ACR_VALUES, levelOfAcr } from '../signin/proof.ts'

const lifetime = (about: string) => z.int().min(30).max(63_072_000).optional().describe(`${about} Seconds.`)

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
})

/** Overrides: what is absent is not said anything about. */
export type Settings = z.infer<typeof settingsSchema>
export type SettingName = keyof Settings
/** Every setting with a value. */
export type ResolvedSettings = { [Name in SettingName]-?: NonNullable<Settings[Name]> }

export const settingNames = Object.keys(settingsSchema.shape) as SettingName[]

/** What all apps of a browser share, so that nothing can be said about it for one client. */
export const SHARED_BY_APPS: readonly SettingName[] = ['sessionIdleTtl', 'sessionMaxTtl', 'rememberedSessionTtl']

/** Of two values, the one that lets less through: where several overrides apply, the strictest holds. */
export function stricter<Name extends SettingName>(
  name: Name,
  one: ResolvedSettings[Name],
  other: ResolvedSettings[Name],
): ResolvedSettings[Name] {
  if (name === 'requiredAcr') return (levelOfAcr(String(one)) ?? 0) >= (levelOfAcr(String(other)) ?? 0) ? one : other
  // Shorter lives, and "no" before "yes".
  return one <= other ? one : other
}
