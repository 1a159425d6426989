// What a foreseen sign-in begins with: the request of the app, the session and the device of the browser.
import type { Account } from '../../core/accounts/account.ts'
import { termsVersionFor } from '../../core/accounts/terms.ts'
import { createConsents } from '../../core/consents.ts'
import type { SignInPolicy } from '../../core/signin/method-facts.ts'
import type { Situation } from '../../core/signin/situation.ts'
import { deviceOf, type SignIn } from '../../core/sessions/signins.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { isConsole } from '../../oidc/consoles/console-clients.ts'
import { CommandError } from '../support/failure.ts'
import type { Opened } from '../support/open.ts'

export const ASKED_FOR = ['none', 'login', 'consent', 'select_account'] as const
export const DEVICES = ['new', 'known', 'remembered'] as const

export interface StartOptions {
  client?: string
  acr?: string[]
  /** Seconds. */
  maxAge?: number
  prompt?: (typeof ASKED_FOR)[number][]
  session?: string
  device: (typeof DEVICES)[number]
}

/** @throws CommandError for a client or a session that is not there */
export async function startOf(
  opened: Opened,
  account: Account,
  policy: SignInPolicy,
  options: StartOptions,
): Promise<Omit<Situation, 'methods'>> {
  const { client: clientId, acr, maxAge, prompt = [] } = options
  const client = clientId === undefined || isConsole(clientId) ? undefined : await findClient(opened.store, clientId)
  if (clientId !== undefined && !client && !isConsole(clientId))
    throw new CommandError(`There is no client with the id ${clientId}.`)
  const given = client && (await createConsents(opened.store).get(account.id, client.id))
  const session = options.session === undefined ? undefined : await sessionNamed(opened, account, options.session)
  const now = Date.now()
  return {
    now,
    startedAt: now,
    request: {
      prompts: prompt.filter(one => one !== 'none'),
      ...(maxAge === undefined ? {} : { maxAge }),
      acrValues: acr ?? [],
      acrEssential: acr !== undefined,
      scopes: ['openid'],
      claims: [],
      resources: {},
    },
    account,
    identified: true,
    selected: false,
    proofs: session?.proofs ?? [],
    policy,
    // From wherever policy lets them.
    fromAllowedNetwork: true,
    workDue: false,
    device: deviceIn(options, session, now),
    added: [],
    skipped: [],
    termsVersion: termsVersionFor(opened.config, account),
    consent: {
      firstParty: client === undefined || client.metadata.first_party === true,
      ...(given ? { given } : {}),
      decided: false,
    },
  }
}

/** @throws CommandError for one that is not this account's, or has ended */
async function sessionNamed({ signIns }: Opened, account: Account, uid: string): Promise<SignIn> {
  const signIn = await signIns.get(uid)
  if (signIn?.accountId === account.id && !signIn.endedAt && signIn.endsAt > Date.now()) return signIn
  throw new CommandError(`${account.email} has no live session with the uid ${uid}: see \`latchkey sessions list\`.`)
}

/** What is said, beside what the session knows. */
function deviceIn({ device }: StartOptions, session: SignIn | undefined, now: number): Situation['device'] {
  const own = session ? deviceOf(session) : { known: false, declined: [] }
  if (device === 'new') return own
  return { ...own, known: true, confirmed: 'network', ...(device === 'remembered' ? { secondFactorAt: now - 1 } : {}) }
}
