// A method as the decision sees it: data, no code.
import type { Strength } from './proof.ts'

export interface MethodFacts extends Strength {
  id: string
  /** Whether it finds out by itself who the person is, before a name was typed. */
  identifies: boolean
  /** Whether the account has a credential of it. */
  enrolled: boolean
  /** Whether the account can begin a sign-in with it; before any proof for everybody, so that nothing shows. */
  first: boolean
  /** Whether it can be asked for after another proof. */
  second: boolean
  /** Whether having it means that a second factor is asked for at each sign-in. */
  protects: boolean
  /** Since when the account has it, if it has. Epoch milliseconds. */
  since?: number
  /** Whether it can be set up as a second factor in the middle of a sign-in. */
  enrollable: boolean
  /** Whether it is what a person falls back on: offered once a second factor was set up. */
  backup: boolean
  /** Whether what the account has of it is nearly used up. */
  few?: boolean
  /** Whether it shows that the person reads the account's mailbox. */
  mailed?: true
  /** Whether it is worth being offered after a sign-in by something weaker. */
  upgrade: boolean
}

/** The settings of policy that the decision goes by. */
export interface SignInPolicy {
  /** The least `acr` that every sign-in of this kind must reach. */
  requiredAcr: string
  /** The methods that count; `all`, or their ids. */
  allowedMethods: 'all' | string[]
  secondFactor: SecondFactor
  /** For how many seconds after it was first asked for a required second factor may be put off. */
  secondFactorGrace: number
  /**
   * For how many seconds a proof counts, where what is signed in to has shorter sessions than the one that apps share:
   * whatever else that session is good for, here it is over.
   */
  proofsLast?: number
  /** Whether an address has to be proven to sign in, and for how many seconds after registration it need not be. */
  emailVerification: EmailVerification
  emailVerificationGrace: number
  /** For how many seconds a device is not asked for the second factor again; 0 for never. */
  rememberSecondFactor: number
  confirmNewDevice: ConfirmNewDevice
}

/** From the weakest to the strictest. */
export const SECOND_FACTOR = ['off', 'new-device', 'optional', 'required'] as const
export type SecondFactor = (typeof SECOND_FACTOR)[number]

/** From the laxer to the stricter. */
export const EMAIL_VERIFICATION = ['optional', 'required'] as const
export type EmailVerification = (typeof EMAIL_VERIFICATION)[number]

/** From the laxer to the stricter: when the mailbox is asked for as well. */
export const CONFIRM_NEW_DEVICE = ['off', 'device', 'network'] as const
export type ConfirmNewDevice = (typeof CONFIRM_NEW_DEVICE)[number]

/** What is known of the browser: it never stands for a proof, and only spares the person what policy lets it spare. */
export interface DeviceFacts {
  /** Whether the account has signed in on it before with nothing of its second factor passed by. */
  known: boolean
  /** Whether the mailbox, or a passkey, has confirmed it for the account, and so in the network that it is in. */
  confirmed?: 'device' | 'network'
  /** When the account's second factor was last proven on it, if it is remembered for that. Epoch milliseconds. */
  secondFactorAt?: number
  /** The methods that it says it could keep a credential of; none unless it says so. */
  able?: readonly string[]
  /** The upgrades that were declined on it. */
  declined: readonly string[]
}
