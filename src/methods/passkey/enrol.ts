// Making a passkey for an account: in the account console, in the middle of a sign-in, or as an account's only way in.
import { randomBytes } from 'node:crypto'
import type { Account } from '../../core/accounts/account.ts'
import type { Bound } from '../../core/challenges.ts'
import { credentialsOf, type Credential } from '../../core/credentials.ts'
import { Refused } from '../../lib/errors.ts'
import type { MethodServices } from '../method.ts'
import { CEREMONY_TIME } from './ceremony.ts'
import { passkeyRecordId, readPasskey, type PasskeyData } from './data.ts'
import { creationOptions, verifyNewPasskey, type MadePasskey } from './registration.ts'
import { relyingPartyOf } from './relying-party.ts'
import { readRegistration } from './responses.ts'

/** Who makes one: an account, or one that is about to be. */
export interface Maker {
  /** The id of the attempt, or of the console's session. */
  owner: string
  account: Pick<Account, 'id' | 'email' | 'profile'>
}

/** What the browser is asked; the challenge stays the same until it is used or expires. */
export async function newPasskeyOptions(
  services: MethodServices,
  maker: Maker,
  { alone = false } = {},
): Promise<object> {
  const { account } = maker
  return creationOptions(relyingPartyOf(services.config), {
    challenge: await challengeFor(services, maker),
    accountId: account.id,
    userName: account.email,
    displayName: account.profile.name ?? '',
    known: await ownPasskeys(services, account),
    alone,
  })
}

/**
 * Checks what the browser made. Storing it is the caller's.
 * @throws Refused `passkey.missing`, `passkey.malformed`, `passkey.expired`, `passkey.invalid`, `passkey.known`,
 * `passkey.not_alone`
 */
export async function takeNewPasskey(
  services: MethodServices,
  maker: Maker,
  form: Record<string, string>,
  { alone = false } = {},
): Promise<MadePasskey & { credential: Credential }> {
  const response = readRegistration(form.response ?? '')
  const challenge = await services.challenges.take(boundTo(maker))
  if (!challenge) throw new Refused('passkey.expired')
  const made = await verifyNewPasskey(relyingPartyOf(services.config), response, {
    challenge: String(challenge.data.value),
    alone,
    silent: !alone && form.quietly === 'yes',
  })
  const id = passkeyRecordId(made.data.credentialId)
  if (await services.credentials.get(id)) throw new Refused('passkey.known', { status: 409 })
  const now = Date.now()
  const credential = {
    id,
    accountId: maker.account.id,
    method: 'passkey',
    data: made.data,
    createdAt: now,
    updatedAt: now,
  }
  return { ...made, credential }
}

export async function ownPasskeys(
  { credentials }: Pick<MethodServices, 'credentials'>,
  { id }: Pick<Account, 'id'>,
): Promise<PasskeyData[]> {
  const all = await credentialsOf(credentials, id)
  return all.filter(({ method }) => method === 'passkey').map(({ data }) => readPasskey(data))
}

async function challengeFor({ challenges }: MethodServices, maker: Maker): Promise<string> {
  const lasts = CEREMONY_TIME / 1000
  const begin = () =>
    challenges.begin(boundTo(maker), { data: { value: randomBytes(32).toString('base64url') }, lasts })
  const { data } = (await challenges.find(boundTo(maker))) ?? (await begin())
  return String(data.value)
}

function boundTo({ owner, account }: Maker): Bound {
  return { owner, method: 'passkey', purpose: 'enrol', accountId: account.id }
}
