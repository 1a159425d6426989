import { Refused } from './errors.ts'

/**
 * Does all parts of one form, so that whoever sent it is told at once what is wrong with any of them.
 * @throws the first Refused, with the others in its `also`; anything else as it is
 */
export async function together<Parts extends readonly unknown[]>(
  ...parts: { [At in keyof Parts]: () => Parts[At] | Promise<Parts[At]> }
): Promise<Parts> {
  const refused: Refused[] = []
  const done: unknown[] = []
  for (const part of parts) {
    try {
      done.push(await part())
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.push(error, ...error.also)
    }
  }
  const [first, ...others] = refused
  if (first) throw first.with(others)
  return done as unknown as Parts
}
