// A one-time link that makes an account with given roles: the first administrator's, and those that are mailed to somebody.
// The mailed one is bound to its address, which it proves.
import { z } from 'zod'
import { newId, newSecret, sha256 } from '../../lib/ids.ts'
import { Refused } from '../../lib/errors.ts'
import { groupsSchema } from '../accounts/groups.ts'
import type { Declaration, Page, PageRequest, Store } from '../../storage/port.ts'
import { momentSchema, placeSchema, type Place } from './place.ts'

const invitationSchema = z.object({
  id: z.string(),
  /** SHA-256 of the link's secret. */
  tokenHash: z.string().optional(),
  /** Whom it is for; absent for the first administrator's, who is whoever reads the server's output. */
  email: z.string().optional(),
  roles: z.array(z.string()),
  groups: groupsSchema.optional(),
  /** The app that it leads to; the account console unless given. */
  clientId: z.string().optional(),
  createdBy: z.string().optional(),
  /** Of its mails. */
  language: z.string().optional(),
  /** Epoch milliseconds, as all times here. */
  createdAt: z.number(),
  endsAt: z.number().optional(),
  /** How often it was mailed. */
  sent: z.number().optional(),
  /** The last time, and how often: by mail scanners too. */
  opened: momentSchema.optional(),
  timesOpened: z.number().optional(),
  usedAt: z.number().optional(),
  usedFrom: placeSchema.optional(),
  /** The account that it became. */
  accountId: z.string().optional(),
  revokedAt: z.number().optional(),
  /** It is kept a while longer, so that its page can say what became of it. */
  expiresAt: z.number(),
})

export type Invitation = z.infer<typeof invitationSchema>

export const invitationDeclaration: Declaration<Invitation> = {
  name: 'invitations',
  schema: invitationSchema,
  indexes: [{ fields: ['tokenHash'], unique: true }],
  expires: 'expiresAt',
}

const SETUP_LIFETIME = 24 * 60 * 60 * 1000
const KEPT = 30 * 24 * 60 * 60 * 1000

export interface NewInvitation {
  /** Canonical. */
  email: string
  roles: string[]
  groups?: string[]
  clientId?: string
  createdBy: string
  /** To write in; English unless given. */
  language?: string
  /** Seconds. */
  lasts: number
  /** 1 for one that is mailed. */
  sent?: number
}

export type InvitationState = 'open' | 'used' | 'revoked' | 'expired'

/** `now` in epoch milliseconds. */
export function stateOf({ usedAt, revokedAt, endsAt = Infinity }: Invitation, now: number): InvitationState {
  if (usedAt) return 'used'
  if (revokedAt) return 'revoked'
  return endsAt <= now ? 'expired' : 'open'
}

/** Why an invitation cannot be used (any more). */
export function invitationGone(invitation?: Invitation): Refused {
  const state = invitation ? stateOf(invitation, Date.now()) : 'open'
  return new Refused('invitation.gone', { status: 410, says: SAYS[state], heading: 'errors:invitation.heading' })
}

const SAYS: Record<InvitationState, string> = {
  used: 'invitation.used',
  revoked: 'invitation.revoked',
  expired: 'invitation.expired',
  // It is there, but by another link.
  open: 'invitation.replaced',
}

export type Invitations = ReturnType<typeof createInvitations>

export function createInvitations(store: Store) {
  const invitations = store.collection(invitationDeclaration)
  const isOpen = (known: Invitation) => stateOf(known, Date.now()) === 'open'

  /** The invitation of a link, whatever became of it. Looking uses nothing up. */
  const bySecret = (secret: string): Promise<Invitation | undefined> => invitations.first({ tokenHash: sha256(secret) })

  /** One for the first administrator. @returns the secret of the link */
  async function make(roles: string[]): Promise<string> {
    const secret = newSecret()
    const now = Date.now()
    const endsAt = now + SETUP_LIFETIME
    await invitations.insert({
      id: newId(),
      tokenHash: sha256(secret),
      roles,
      createdAt: now,
      endsAt,
      expiresAt: endsAt,
    })
    return secret
  }

  /** One for an address. @returns with the secret of the link, for the mail alone */
  async function invite(
    { lasts, sent = 0, ...wanted }: NewInvitation,
    id = newId(),
  ): Promise<{ invitation: Invitation; secret: string }> {
    const secret = newSecret()
    const now = Date.now()
    const endsAt = now + lasts * 1000
    const times = { createdAt: now, endsAt, expiresAt: endsAt + KEPT }
    const invitation = { id, ...wanted, tokenHash: sha256(secret), sent, timesOpened: 0, ...times }
    await invitations.insert(invitation)
    return { invitation, secret }
  }

  /** A new link in the place of the old one, also of one that is too old. `lasts` in seconds. @throws Refused `invitation.gone` */
  async function renew(id: string, lasts: number): Promise<{ invitation: Invitation; secret: string }> {
    const secret = newSecret()
    const endsAt = Date.now() + lasts * 1000
    const invitation = await invitations.update(id, known =>
      known.email && !known.usedAt && !known.revokedAt
        ? { ...known, tokenHash: sha256(secret), endsAt, expiresAt: endsAt + KEPT, sent: (known.sent ?? 0) + 1 }
        : undefined,
    )
    if (!invitation) throw invitationGone(await invitations.get(id))
    return { invitation, secret }
  }

  /** Undefined when it was used, or revoked before. */
  const revoke = (id: string): Promise<Invitation | undefined> =>
    invitations.update(id, known => (known.usedAt || known.revokedAt ? undefined : { ...known, revokedAt: Date.now() }))

  /** Uses the invitation up for one account: of parallel callers with other accounts, one gets it. */
  const use = (id: string, accountId: string, usedFrom: Place): Promise<Invitation | undefined> =>
    invitations.update(id, known => {
      if (known.accountId === accountId) return known
      return isOpen(known) ? { ...known, usedAt: Date.now(), usedFrom, accountId } : undefined
    })

  /** Gives it back when what it was used for did not come about. */
  async function giveBack(id: string, ofAccount: string): Promise<void> {
    await invitations.update(id, ({ usedAt: _usedAt, usedFrom: _usedFrom, accountId, ...rest }) =>
      accountId === ofAccount ? rest : undefined,
    )
  }

  /** Notes that its link was opened, be it by a mail scanner. */
  async function noteOpened(id: string, from: Place): Promise<void> {
    const opened = { at: Date.now(), ...from }
    await invitations.update(id, known => ({ ...known, opened, timesOpened: (known.timesOpened ?? 0) + 1 }))
  }

  return {
    make,
    invite,
    noteOpened,
    renew,
    revoke,
    use,
    giveBack,
    bySecret,
    get: (id: string): Promise<Invitation | undefined> => invitations.get(id),
    /** The invitation, while it can be used. */
    async find(secret: string): Promise<Invitation | undefined> {
      const invitation = await bySecret(secret)
      return invitation && isOpen(invitation) ? invitation : undefined
    },
    list: (page: PageRequest): Promise<Page<Invitation>> => invitations.list({}, page),
  }
}
