// What inviting somebody takes, by mail (`users invite`) or by a link to hand over (`users link --purpose invite`).
import { withGroups } from '../../core/accounts/groups.ts'
import { canonicalEmail } from '../../core/accounts/names.ts'
import { mayRegister } from '../../core/accounts/registration.ts'
import { createInvitations, stateOf, type Invitation } from '../../core/links/invitations.ts'
import { makeInvitation } from '../../core/links/make-invitation.ts'
import { findClient } from '../../oidc/clients/client-record.ts'
import { CommandError } from './failure.ts'
import { ORIGIN, type Opened } from './open.ts'

export interface WantedInvitation {
  /** As typed. */
  email: string
  roles: string[]
  groups?: string[] | undefined
  clientId?: string
  /** Of the mail. */
  language?: string
  /** Seconds. */
  lasts: number
  /** 1 for one that is mailed. */
  sent?: number
}

/** @throws CommandError for who needs no invitation, or could not use one, and for an app that is none */
export async function invite(
  opened: Opened,
  { email: typed, groups, clientId, ...wanted }: WantedInvitation,
): Promise<{ invitation: Invitation; secret: string }> {
  const { events, store } = opened
  const email = await addressToInvite(opened, typed)
  if (clientId !== undefined) await requireAddress(opened, clientId)
  const bounded = groups && withGroups([], groups)
  const about = {
    ...wanted,
    email,
    ...(bounded ? { groups: bounded } : {}),
    ...(clientId === undefined ? {} : { clientId }),
    createdBy: ORIGIN.actor,
  }
  return makeInvitation({ events, invitations: createInvitations(store) }, about, ORIGIN)
}

/** Without the hash of its secret, which is nobody's business. */
export function documentOf(invitation: Invitation) {
  const { tokenHash: _secret, expiresAt: _kept, ...rest } = invitation
  return { ...rest, state: stateOf(invitation, Date.now()) }
}

async function addressToInvite({ config, accounts }: Opened, typed: string): Promise<string> {
  if (!mayRegister(config, true))
    throw new CommandError('Nobody can register: LATCHKEY_REGISTRATION is closed; set it to invitation.')
  const email = canonicalEmail(typed)
  if (await accounts.byIdentifier(email)) throw new CommandError(`${email} has an account already.`)
  return email
}

async function requireAddress({ store }: Opened, id: string): Promise<void> {
  const client = await findClient(store, id)
  if (!client) throw new CommandError(`There is no app with the id ${JSON.stringify(id)}.`)
  if (client.metadata.initiate_login_uri || client.metadata.client_uri) return
  throw new CommandError(
    `${id} has no address that an invitation could lead to: give it an initiate_login_uri (--meta) or a --client-uri.`,
  )
}
