import { expectAnswer } from '../load/http.ts'
import type { Operation } from '../load/run.ts'

/** An operation of one request, always the same, whose answer has status 200 and holds `text`. */
export function always(request: Buffer, text: string): Operation {
  return function* () {
    expectAnswer(yield request, 200, text)
  }
}
