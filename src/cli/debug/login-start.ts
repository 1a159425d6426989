// What a foreseen sign-in begins with: the request of the app, the session and the device of the browser.
import type { Account } from '../../core/accounts/account.ts'
import { lackingOf } from '../../core/accounts/lacking.ts'
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
  device: (typeof DEVICES)[number]
}

/** @param session that the browser has, where it counts; @throws CommandError for a client that is not there */
export async function startOf(
  opened: Opened,
  account: Account,
  policy: SignInPolicy,
  options: StartOptions,
  session: SignIn | undefined,
): Promise<Omit<Situation, 'methods'>> {
  const { client: clientId, acr, maxAge, prompt = [] } = options
  const client = clientId === undefined || isConsole(clientId) ? undefined : await findClient(opened.store, clientId)
  if (clientId !== undefined && !client && !isConsole(clientId))
    throw new CommandError(`There is no client with the id ${clientId}.`)
  const given = client && (await createConsents(opened.store).get(account.id, client.id))
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
    lacking: lackingOf(opened.config, account),
    consent: {
      firstParty: client === undefined || client.metadata.first_party === true,
      ...(given ? { given } : {}),
      decided: false,
    },
  }
}

/** What is said, beside what the session knows. */
function deviceIn({ device }: StartOptions, session: SignIn | undefined, now: number): Situation['device'] {
  const own = session ? deviceOf(session) : { known: false, declined: [] }
  if (device === 'new') return own
  return { ...own, known: true, confirmed: 'network', ...(device === 'remembered' ? { secondFactorAt: now - 1 } : {}) }
}
