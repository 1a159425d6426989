// What the decision is made from.
import type { Account } from '../accounts/account.ts'
import type { DeviceFacts, MethodFacts, SignInPolicy } from './method-facts.ts'
import type { AuthRequest, Scope } from './request.ts'
import type { Proof } from './proof.ts'

export interface Situation {
  /** Epoch milliseconds. */
  now: number
  request: AuthRequest
  /** Who this is about: named on a page, or by the live session. */
  account?: Account
  /** Whether a name was given; it may be nobody's. */
  identified: boolean
  /** What was proven, in this attempt and in the live session that it continues. */
  proofs: readonly Proof[]
  /** When the attempt began; undefined when there is only a session. `prompt=login` wants a proof from after it. */
  startedAt?: number
  /** How far a registration begun in this attempt has come. */
  registration?: 'invited' | 'unproven' | 'unsecured' | 'username_taken'
  /** The version of the terms that has to be accepted, where there is one. */
  termsVersion?: string | undefined
  /** What the account has to have, and has not: the names of fields in a form. */
  lacking?: string[]
  /** Whether a mail to get back in by was asked for in this attempt, and waits to be answered. */
  recovering?: boolean
  /** Whether the person has said which account to use. */
  selected: boolean
  methods: readonly MethodFacts[]
  policy: SignInPolicy
  /** Whether policy lets somebody sign in from where the request comes. */
  fromAllowedNetwork: boolean
  /** Whether the browser has to work before a first proof is looked at, and has not. */
  workDue: boolean
  device: DeviceFacts
  /** What was set up in this attempt, by the method's id. */
  added: readonly string[]
  /** What the person put off in this attempt: `required`, `backup`, `few`, or the id of an upgrade. */
  skipped: readonly string[]
  consent: {
    /** The app is ours, and flagged so by an admin: it is not asked about. */
    firstParty: boolean
    /** What the person let this app have before. */
    given?: Scope
    /** Whether the person has decided in this attempt. */
    decided: boolean
  }
}
