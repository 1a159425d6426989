import type { Browser } from '../load/browser.ts'
import type { Equipped } from './equip.ts'
import type { ServerProcess } from './process.ts'

/** A running server as a case sees it: the same people, app and endpoints on each. */
export interface Target extends Pick<ServerProcess, 'origin'> {
  clientSecret: string
  /** How many people there are. */
  people: number
  /** Those who have a session and tokens already; without them, cases sign people in. */
  signedIn?: SignedIn[] | undefined
  /** Where people have other ways to sign in than the password. */
  equipped?: Equipped | undefined
}

/** Whose requests a case makes. The refresh token is the newest one. */
export interface SignedIn {
  browser: Browser
  accessToken: string
  refreshToken: string
}

export type RunningTarget = Target & ServerProcess
