import { newId } from '../../lib/ids.ts'
import type { Events, Origin } from '../events/events.ts'
import type { Invitation, Invitations, NewInvitation } from './invitations.ts'

/** Invites somebody. The entry is written first, so that none is without it. @returns the secret, for the link */
export async function makeInvitation(
  { events, invitations }: { events: Events; invitations: Invitations },
  wanted: NewInvitation,
  origin: Origin,
): Promise<{ invitation: Invitation; secret: string }> {
  const id = newId()
  const { roles, groups, clientId, lasts } = wanted
  await events.emit({
    type: 'invitation.created',
    ...origin,
    ...(clientId ? { clientId } : {}),
    details: { invitation: id, roles, ...(groups ? { groups } : {}), until: Date.now() + lasts * 1000 },
  })
  return invitations.invite(wanted, id)
}
