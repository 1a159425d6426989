// A secret that is shown while it is being set up: kept sealed in the challenge, so that the page can be loaded again.
import { UnsealError } from '../lib/seal.ts'
import type { Bound } from '../core/challenges.ts'
import type { MethodServices } from './method.ts'

type Services = Pick<MethodServices, 'challenges' | 'sealer'>

/** `lasts` in seconds. */
export async function keepSealed(
  { challenges, sealer }: Services,
  bound: Bound,
  text: string,
  lasts: number,
): Promise<void> {
  await challenges.begin(bound, { data: { sealed: await sealer.seal(text) }, lasts })
}

/** Undefined when there is none, or when the secret that sealed it was taken out meanwhile: then another one is made. */
export async function readSealed(
  { challenges, sealer }: Services,
  bound: Bound,
): Promise<{ text: string; sealed: string } | undefined> {
  const sealed = (await challenges.find(bound))?.data.sealed
  if (typeof sealed !== 'string') return undefined
  try {
    return { text: await sealer.unseal(sealed), sealed }
  } catch (error) {
    if (error instanceof UnsealError) return undefined
    throw error
  }
}
