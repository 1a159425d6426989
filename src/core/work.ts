// Proof of work: before a secret is looked at or a mail is sent for a stranger, the browser computes for a moment. Nobody
// notices one; whoever tries a million passwords does. The protocol is ALTCHA's, whose library does the work on both sides.
import { createChallenge, verifySolution, type Payload } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Limits } from './limits/limits.ts'
import { rules } from './limits/rules.ts'

/** In tries of 5,000 rounds each, of which 256 are needed on average: a third of a second on a laptop, two on a phone. */
const COST = { algorithm: 'PBKDF2/SHA-256', cost: 5000, keyPrefix: '00', keyLength: 32 }
/** Seconds. */
const LASTS = 600
/** Of the wrong passwords that everyone together may send. */
const ATTACK = 0.1
/** Milliseconds. */
const LOOK_EVERY = 5000

/** From the laxest to the strictest. */
export const PROOF_OF_WORK = ['off', 'under-attack', 'always'] as const
export type ProofOfWork = (typeof PROOF_OF_WORK)[number]

export type Work = ReturnType<typeof createWork>

/** @param keys sign what is asked; the newest first */
export function createWork(limits: Limits, keys: readonly Buffer[]) {
  const secrets = keys.map(key => key.toString('hex'))
  let attack = { seenAt: 0, now: false }

  async function isUnderAttack(): Promise<boolean> {
    const now = Date.now()
    if (Math.abs(now - attack.seenAt) < LOOK_EVERY) return attack.now
    const { count, left } = await limits.look(rules.passwordEveryone, 'all')
    attack = { seenAt: now, now: count >= ATTACK * (count + left) }
    return attack.now
  }

  return {
    /** Whether what policy says asks for work now. Looked at every 5 s. */
    async isAsked(setting: ProofOfWork): Promise<boolean> {
      return setting === 'always' || (setting === 'under-attack' && (await isUnderAttack()))
    },

    /** What the browser is to do, as JSON: for this attempt and no other, and for its so-many-eth time (`turn`). */
    async ask(attempt: string, turn: number): Promise<string> {
      const expiresAt = Math.floor(Date.now() / 1000) + LASTS
      const challenge = await createChallenge({
        ...COST,
        deriveKey,
        expiresAt,
        data: { attempt, turn },
        hmacSignatureSecret: secrets[0]!,
      })
      return JSON.stringify(challenge)
    },

    /** The turn that it was done for, if `solution` (base64 of ALTCHA's payload) is that of this attempt. */
    async accept(attempt: string, solution: string): Promise<number | undefined> {
      const payload = readPayload(solution)
      const { attempt: doneFor, turn } = payload?.challenge.parameters.data ?? {}
      if (!payload || doneFor !== attempt || typeof turn !== 'number') return undefined
      for (const hmacSignatureSecret of secrets) {
        const { verified } = await verifySolution({ ...payload, deriveKey, hmacSignatureSecret })
        if (verified) return turn
      }
      return undefined
    },
  }
}

function readPayload(text: string): Payload | undefined {
  if (text.length > 4000) return undefined
  try {
    const payload = JSON.parse(Buffer.from(text, 'base64').toString()) as Payload
    const { parameters } = payload.challenge
    // Its costs are ours to choose, also before the signature is looked at.
    const isOurs = parameters.algorithm === COST.algorithm && parameters.cost === COST.cost
    return isOurs && typeof payload.solution === 'object' ? payload : undefined
  } catch {
    return undefined
  }
}
