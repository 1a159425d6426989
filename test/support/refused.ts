import { expect } from 'chai'
import { Refused } from '../../src/lib/errors.ts'

/** Awaits the refusal with this code, and answers it. */
export async function expectRefused(trying: Promise<unknown>, code: string): Promise<Refused> {
  const error: unknown = await trying.then(
    () => expect.fail(`it was to be refused with ${code}`),
    (reason: unknown) => reason,
  )
  expect(error).to.be.instanceOf(Refused)
  expect((error as Refused).code).to.equal(code)
  return error as Refused
}
