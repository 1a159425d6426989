// A one-time link that makes an account with given roles. Its first use is the administrator of a new installation.
import { z } from 'zod'
import { newSecret, sha256 } from '../lib/ids.ts'
import type { Declaration, Store } from '../storage/port.ts'

const invitationSchema = z.object({
  /** SHA-256 of the link's secret. */
  id: z.string(),
  roles: z.array(z.string()),
  createdAt: z.number(),
  usedAt: z.number().optional(),
  expiresAt: z.number(),
})

export type Invitation = z.infer<typeof invitationSchema>

export const invitationDeclaration: Declaration<Invitation> = {
  name: 'invitations',
  schema: invitationSchema,
  expires: 'expiresAt',
}

const LIFETIME = 24 * 60 * 60 * 1000

export type Invitations = ReturnType<typeof createInvitations>

export function createInvitations(store: Store) {
  const invitations = store.collection(invitationDeclaration)
  return {
    /** @returns the secret of the link */
    async make(roles: string[]): Promise<string> {
      const secret = newSecret()
      const now = Date.now()
      await invitations.insert({ id: sha256(secret), roles, createdAt: now, expiresAt: now + LIFETIME })
      return secret
    },

    /** The invitation, while it can be used. Looking uses nothing up. */
    async find(secret: string): Promise<Invitation | undefined> {
      const invitation = await invitations.get(sha256(secret))
      return invitation?.usedAt ? undefined : invitation
    },

    /** Uses the invitation up: of parallel callers one gets it. */
    use: (secret: string): Promise<Invitation | undefined> =>
      invitations.update(sha256(secret), known => (known.usedAt ? undefined : { ...known, usedAt: Date.now() })),

    /** Gives it back when what it was used for did not come about. */
    async giveBack(secret: string): Promise<void> {
      await invitations.update(sha256(secret), ({ usedAt: _usedAt, ...rest }) => rest)
    },
  }
}
