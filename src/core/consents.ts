// What a person lets an app have, remembered so that they are asked once.
import { z } from 'zod'
import type { Declaration, Store } from '../storage/port.ts'
import { isEmptyScope, joinScope, missingScope, type Scope } from './signin/request.ts'

const consentSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  claims: z.array(z.string()),
  resources: z.record(z.string(), z.array(z.string())),
  createdAt: z.number(),
  updatedAt: z.number(),
})

export type Consent = z.infer<typeof consentSchema>

export const consentDeclaration: Declaration<Consent> = {
  name: 'consents',
  schema: consentSchema,
  indexes: [{ fields: ['clientId'] }],
}

const BATCH = 200

export type Consents = ReturnType<typeof createConsents>

export function createConsents(store: Store) {
  const consents = store.collection(consentDeclaration)
  const idOf = (accountId: string, clientId: string) => `${accountId}:${clientId}`

  return {
    get: (accountId: string, clientId: string): Promise<Consent | undefined> => consents.get(idOf(accountId, clientId)),

    /** Adds to what the app was let have before, and takes away what is refused now. */
    remember(accountId: string, clientId: string, given: Scope, refused: Scope): Promise<Consent | undefined> {
      const id = idOf(accountId, clientId)
      const now = Date.now()
      return consents.upsert(id, known =>
        known || !isEmptyScope(given)
          ? {
              id,
              accountId,
              clientId,
              ...missingScope(joinScope(given, known), refused),
              createdAt: known?.createdAt ?? now,
              updatedAt: now,
            }
          : undefined,
      )
    },

    /** Forgets what anybody let this app have. */
    async removeOfClient(clientId: string): Promise<void> {
      while ((await consents.removeAll({ clientId }, BATCH)) === BATCH);
    },
  }
}
