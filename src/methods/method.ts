// The contract of a method: a way to prove who you are. A method is a folder that exports one object of this type, and a
// line in list.ts. The pages of a sign-in (signin/), the account console (account/) and the command line serve them all,
// and know none by name; a method in turn knows no HTTP: it takes what was typed, and gives back a view and its locals, or
// an outcome. What comes next is not its concern either: core/signin/next-step.ts decides that by its facts.
import type { Account, Profile } from '../core/accounts/account.ts'
import type { Accounts } from '../core/accounts/accounts.ts'
import type { Challenges } from '../core/challenges.ts'
import type { Credential, Credentials } from '../core/credentials.ts'
import type { Hasher } from '../core/hashing/hasher.ts'
import type { Limits } from '../core/limits/limits.ts'
import type { Links } from '../core/links/links.ts'
import type { Screen } from '../core/passwords/screen.ts'
import type { HeldPolicy } from '../core/policy/held.ts'
import type { EventDetails } from '../core/events/catalog.ts'
import type { Postbox } from '../core/outbox/postbox.ts'
import type { Factor, Proof } from '../core/signin/proof.ts'
import { Refused, type RefusedOptions } from '../lib/errors.ts'
import type { Config } from '../lib/config/schema.ts'
import type { Language, Translate } from '../lib/languages/language.ts'
import type { Sealer } from '../lib/seal.ts'

/** What methods may use. */
export interface MethodServices {
  /** The one list (list.ts); a test may add to it. */
  methods: readonly Method[]
  config: Config
  accounts: Accounts
  credentials: Credentials
  challenges: Challenges
  limits: Limits
  links: Links
  /** For calls to elsewhere: it reaches no private network that is not opened to it. */
  fetch: typeof fetch
  hasher: Hasher
  /** Knows the passwords that are not to be chosen. */
  screen: Screen
  policy: HeldPolicy
  sealer: Sealer
  postbox: Postbox
}

/** Whom a method asks, in which sign-in, and from where. */
export interface Asked {
  /** The attempt's id: a challenge is bound to it. */
  owner: string
  /** Alone at the beginning, or after another proof. Only the latter may tell what the account has. */
  role: 'first' | 'second'
  /** Undefined when the name is nobody's, or none was typed. The method then takes as long, and says the same words. */
  account: Account | undefined
  /** As typed; '' when none was. */
  identifier: string
  /** The address of an invitation that was accepted in this sign-in. */
  invited?: string
  /** The app that is signed in to, by its name. */
  clientName: string
  address: string
  userAgent: string
  /** The id of the device, when this browser has been seen with the account; known when something is posted. */
  deviceId: string | undefined
  /** That of the page. */
  language: Language
}

/** One try to prove something. */
export interface Try extends Asked {
  /** As posted; or the query with which somebody comes back from elsewhere. */
  form: Record<string, string>
}

/** A page, or the part of one: the shared code adds who, where to post to, what was refused, and the other ways. */
export interface Shown {
  /** Under views/: `methods/ID/…`. */
  view: string
  locals?: object
  /** A script of ours that the page loads, under views/assets/. The page works without it where the method allows. */
  script?: string
}

/** What became of asking. */
export type Challenged =
  /** The prove page says what was sent; also when nothing was, to nobody. */
  | { kind: 'asked' }
  /** For a script that asked (`Accept: application/json`), such as a passkey's options. */
  | { kind: 'options'; options: object }
  /** To prove it elsewhere. They come back to `GET /signin/:uid/prove/:method/return`, and `verify` gets the query. */
  | { kind: 'elsewhere'; url: string }

export interface Verified {
  proof: Proof
  /** What is to be done besides once it counts: it shares the commit with the proof. */
  done?: () => Promise<void>
  /** Who it is: given by a method that identifies. Otherwise the proof is for whom it was asked of. */
  account?: Account
  /** Somebody whom it knows, and who has no account by it yet: given in the place of `account`. */
  unlinked?: Unlinked
}

/** What is known of them, and how they will sign in from then on. */
export interface Unlinked {
  credential: Pick<Credential, 'id' | 'method' | 'data'>
  email: string
  /** Whether the address needs no further proof. */
  emailVerified: boolean
  profile: Profile
  roles: string[]
  /** The account that has the address, proven by both: its owner has to sign in to it before the two are linked. */
  owner?: Account
}

/** Who sets something up, and where: in a sign-in, or in the account console. */
export interface Enrolling {
  /** The id of the attempt, or of the console's session. */
  owner: string
  account: Account
  address: string
  language: Language
}

export type Enrolled =
  /** The same page again, at its next step: a number was given, and now a code is asked for. */
  | { kind: 'more' }
  /** To be stored by the shared code, after the entry in the audit log; `proof` is what setting it up has proven. */
  | {
      kind: 'enrolled'
      credential: Credential
      /** What becomes of one that is there already, where more is kept of it than of a new one. */
      over?: (known: Credential) => Credential
      /** Whether what was proven by one that is there already counts nowhere any more: another number, another secret. */
      replaces?: true
      /** The entry, in the place of `factor.enrolled`. */
      event?: { type: 'password.changed'; details: EventDetails<'password.changed'> }
      /** What is to be done once it is stored. */
      done?: () => Promise<void>
      proof?: Proof
      /** A number that was proven by it: the account's own from now on. */
      phone?: string
      /** Whether everything that was obtained before must end: by a secret that is no longer the account's. */
      endsSessions?: boolean
    }

/** What an account may do with a method. */
export interface Standing {
  /** Whether it has set it up. */
  enrolled: boolean
  first: boolean
  second: boolean
  /** Whether having it means that a second factor is asked for at each sign-in: an authenticator app, not a passkey. */
  protects: boolean
  /** Whether it is nearly used up, so that new ones are offered to who has just used one. */
  few?: boolean
}

/** One credential as a list shows it. */
export interface Described {
  credentialId: string
  /** Its own name, or that of its kind. */
  name: string
  /** Further words: `8 of 10 left`, `synced`. */
  detail?: string
  createdAt: number
  usedAt?: number
  /** What to do about it, where something is: `Few are left: make new ones.` */
  warning?: string
}

export interface MethodWords {
  /** In lists: `Authenticator app`. */
  name: string
  /** The link of the other ways to sign in: `Use your authenticator app`. */
  use: string
  /** For who chooses what to set up: `A 6-digit code from an app on your phone.` */
  about: string
  /** For who has one already, where another takes its place: `Change number`. Absent where none does. */
  again?: string
}

export interface Method {
  /** Lower case letters and hyphens: it stands in addresses, events and policy. */
  id: string
  words(t: Translate): MethodWords
  /** What a proof by it shows at the most, to foresee the level; a proof says what it did show. */
  factors: readonly Factor[]
  /** RFC 8176 values. */
  amr: readonly string[]
  resistsPhishing: boolean
  /** Whether it has the limits of `rulesOfMethod`: it counts by tries.ts or sent-codes.ts. They are listed, and set, by its id. */
  limited?: true
  roles: {
    /** Whether a sign-in can begin with it. Before any proof it is offered to everybody alike. */
    first: boolean
    second: boolean
    /** Whether it finds out by itself who the person is: a passkey, an upstream. It then shows on the first page. */
    identifies: boolean
    /** What a person falls back on: offered once a second factor was set up, and gone with the last one. */
    backup?: boolean
    /** Shows that the person reads the account's mailbox. */
    mailed?: true
    /** Worth being offered after a sign-in by something weaker, once on each device. */
    upgrade?: boolean
  }

  /** Pure. `own` is what the account has of this method. */
  standing(account: Account, own: readonly Credential[]): Standing

  /** Its part of the first page, before a name was typed. `action` takes its form, `challengeAction` its challenge. */
  onIdentify?(services: MethodServices): Shown

  /** Its part of the account's own page: what the browser should know, without a word to the person. `own` as above. */
  onSecurity?(services: MethodServices, account: Account, own: readonly Credential[]): Shown

  /** The page that asks for the proof. It sends nothing: a browser may load it beforehand. */
  page(services: MethodServices, asked: Asked): Promise<Shown>

  /** Whether its challenge leads elsewhere, so that somebody comes back from there by GET. */
  comesBack?: true

  /** Begins a challenge, or a new one: sends a code, makes a nonce. @throws Refused, LimitReached */
  challenge?(services: MethodServices, attempted: Try): Promise<Challenged>

  /**
   * Looks at what was given. Tries are counted before the secret is looked at (tries.ts), and what proves once is used up
   * by one update.
   * @throws Refused in words that do not tell whether the account exists; LimitReached
   */
  verify(services: MethodServices, attempted: Try): Promise<Verified>

  /** Setting it up. Nothing counts before it is confirmed. */
  enrol?: {
    /** The same page when it is loaded again: a secret that was shown stays the one until it is confirmed or expires. */
    page(services: MethodServices, who: Enrolling): Promise<Shown>
    /** @throws Refused, shown on the same page again */
    confirm(services: MethodServices, who: Enrolling, form: Record<string, string>): Promise<Enrolled>
  }

  /** Setting it up where it is, from the account console: there, and back with an answer. */
  link?: {
    /** @returns where the browser goes @throws Refused */
    begin(services: MethodServices, who: Enrolling): Promise<string>
    /** Takes the query that somebody came back with, once. @throws Refused */
    finish(services: MethodServices, who: Enrolling, query: Record<string, string>): Promise<Credential>
  }

  describe(own: readonly Credential[], t: Translate): Described[]
}

/** A refusal of what is somebody's, in a sign-in that does not know whose: for the entry in the audit log alone. */
export class RefusedOf extends Refused {
  readonly accountId: string

  constructor(accountId: string, code: string, options: RefusedOptions) {
    super(code, options)
    this.accountId = accountId
  }
}

/** A proof by a method, at this moment, by all that it can show; or by what is said of it. */
export function proofBy(method: Method, shown: Partial<Omit<Proof, 'method' | 'resistsPhishing'>> = {}): Proof {
  const { id, factors, amr, resistsPhishing } = method
  return { method: id, factors: [...factors], amr: [...amr], resistsPhishing, at: Date.now(), ...shown }
}
