// What a method found out about a person, and which `acr` a set of proofs adds up to.
import { z } from 'zod'

export const FACTORS = ['knowledge', 'possession', 'inherence'] as const
export type Factor = (typeof FACTORS)[number]

export const proofSchema = z.object({
  method: z.string(),
  /** Of our record of what gave it, where an account may have several of the method. */
  credentialId: z.string().optional(),
  /** More than one where one act proves them together, like a passkey that has checked its owner. */
  factors: z.array(z.enum(FACTORS)),
  /** RFC 8176 values. */
  amr: z.array(z.string()),
  resistsPhishing: z.boolean(),
  /** Epoch milliseconds. */
  at: z.number(),
})

export type Proof = z.infer<typeof proofSchema>

/**
 * From when on what is proven now counts: not from before what it follows on. A clock may be set back meanwhile, and that of
 * another process may be ahead.
 * @param at epoch milliseconds, as is `startedAt`, of the attempt
 * @param validFrom of the account, as it was read before the proof; epoch seconds
 */
export function countsFrom(at: number, { startedAt }: { startedAt: number }, validFrom = 0): number {
  return Math.max(at, startedAt, validFrom * 1000)
}

/** As much of a proof, or of a method that could give one, as the level takes. */
export interface Strength {
  factors: readonly Factor[]
  resistsPhishing: boolean
}

/** Ordered: the higher includes the lower. `phr` is phishing-resistant (OpenID Extended Authentication Profile). */
export const ACR_VALUES = ['urn:latchkey:acr:1', 'urn:latchkey:acr:2', 'phr'] as const

/**
 * 0 for no proof, else the place of the highest level that the proofs reach, from 1. Two proofs of one factor are one
 * (NIST SP 800-63B-4, section 2.2): a mailed code and an authenticator app are both something that the person has.
 */
export function levelOf(proofs: readonly Strength[]): number {
  const factors = new Set(proofs.flatMap(proof => proof.factors)).size
  if (factors > 1 && proofs.some(proof => proof.resistsPhishing)) return 3
  return Math.min(factors, 2)
}

/** The level that an `acr` value asks for; undefined for a value that we do not know. */
export function levelOfAcr(acr: string): number | undefined {
  const place = (ACR_VALUES as readonly string[]).indexOf(acr)
  return place < 0 ? undefined : place + 1
}

/** The `acr` to issue: the first requested value that is met, else the highest that the proofs reach. */
export function issuedAcr(requested: readonly string[], level: number): string {
  const met = requested.find(acr => (levelOfAcr(acr) ?? Infinity) <= level)
  return met ?? ACR_VALUES[Math.max(level, 1) - 1]!
}

/** The union of the proofs' `amr`, with `mfa` for the level of two different factors (RFC 8176). */
export function issuedAmr(proofs: readonly Proof[], level: number): string[] {
  const amr = new Set(proofs.flatMap(proof => proof.amr))
  if (level > 1) amr.add('mfa')
  return [...amr]
}
