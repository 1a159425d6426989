import { expect } from 'chai'

/** The error that the promise rejects with, which must be of this class. */
export async function expectRejection<E extends Error>(
  promise: Promise<unknown>,
  expected: new (...args: never[]) => E,
): Promise<E> {
  const error: unknown = await promise.then(
    () => expect.fail(`it was to fail with ${expected.name}`),
    (reason: unknown) => reason,
  )
  expect(error).to.be.instanceOf(expected)
  return error as E
}
