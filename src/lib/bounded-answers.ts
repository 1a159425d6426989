// What is answered to our calls is read into memory: whoever is called must not decide how much of that it takes.

/** The answer was larger than it may be. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'
}

/**
 * A fetch whose answers are at most `most` bytes, as they are read: unpacked, where they came compressed. The call itself
 * throws AnswerTooLarge for a larger one, and its signal ends one that comes too slowly.
 */
export function withBoundedAnswers(call: typeof fetch, most: number): typeof fetch {
  return async (input, init) => {
    const response = await call(input, init)
    if (!response.body) return response
    const { status, statusText, headers } = response
    return new Response(await readUpTo(most, response.body), { status, statusText, headers })
  }
}

async function readUpTo(most: number, body: ReadableStream<Uint8Array>): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > most) throw new AnswerTooLarge(`the answer is larger than ${most} bytes`)
    chunks.push(chunk as Uint8Array<ArrayBuffer>)
  }
  return new Blob(chunks)
}
