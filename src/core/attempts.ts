// One run through sign-in, on the server, bound to one interaction of the provider and so to one browser.
import { z } from 'zod'
import type { Collection, Declaration, Store } from '../storage/port.ts'
import { authRequestSchema } from './signin/request.ts'
import { proofSchema } from './signin/proof.ts'
import { credentialSchema } from './credentials.ts'

const scopeSchema = authRequestSchema.pick({ scopes: true, claims: true, resources: true })

const attemptSchema = z.object({
  /** The interaction's uid. */
  id: z.string(),
  clientId: z.string(),
  request: authRequestSchema,
  /** The authorization request's parameters, so that a stale page can begin it anew. */
  params: z.record(z.string(), z.unknown()),
  startedAt: z.number(),
  expiresAt: z.number(),
  /** As typed. */
  identifier: z.string().optional(),
  accountId: z.string().optional(),
  proofs: z.array(proofSchema),
  /** The session that it goes on from: the uid. What it has taken over counts for as long as that has it. */
  sessionUid: z.string().optional(),
  selected: z.boolean(),
  remember: z.boolean(),
  /** What the browser has worked out, and how many times: `paid` until a try has used it up. */
  worked: z.object({ paid: z.boolean(), turns: z.number().default(0) }).optional(),
  /** What was known of the browser when the account was proven. */
  device: z
    .object({
      known: z.boolean(),
      confirmed: z.enum(['device', 'network']).optional(),
      secondFactorAt: z.number().optional(),
      declined: z.array(z.string()),
    })
    .optional(),
  /** The methods that the browser says it could keep a credential of. */
  able: z.array(z.string()).optional(),
  /** When a second factor was proven here that this device is not to be asked for again. */
  trustedAt: z.number().optional(),
  /** What was set up in it, by the method's id, and what was put off: see nextStep. */
  added: z.array(z.string()).optional(),
  skipped: z.array(z.string()).optional(),
  /** The address that this attempt set out to prove: of a registration, or of an account that never proved it. */
  verificationId: z.string().optional(),
  /** The invitation by which whoever this is may register. */
  invitation: z.object({ id: z.string(), email: z.string() }).optional(),
  /** Whether a mail to get back in by was asked for, and waits to be answered. */
  recovering: z.literal(true).optional(),
  /** What is added to the account once its owner has signed in to it. */
  linking: credentialSchema.pick({ id: true, accountId: true, method: true, data: true }).optional(),
  consent: z.object({ given: scopeSchema, refused: scopeSchema }).optional(),
  outcome: z.enum(['finished', 'refused', 'cancelled']).optional(),
})

export type Attempt = z.infer<typeof attemptSchema>
export type Attempts = Collection<Attempt>

export const attemptDeclaration: Declaration<Attempt> = {
  name: 'attempts',
  schema: attemptSchema,
  expires: 'expiresAt',
  volatile: true,
}

/** It outlives its interaction by an hour, so that a stale page still knows its app. Milliseconds. */
export const ATTEMPT_OUTLIVES = 60 * 60 * 1000

export function openAttempts(store: Store): Attempts {
  return store.collection(attemptDeclaration)
}

/** Forgets who this was about, for "not you?" and for the wrong account. */
export function withoutPerson(attempt: Attempt): Attempt {
  const { id, clientId, request, params, startedAt, expiresAt, selected, remember, worked } = attempt
  const kept = { id, clientId, request, params, startedAt, expiresAt, selected, remember }
  return { ...kept, proofs: [], ...(worked ? { worked } : {}) }
}
