import { withinDeadline } from '../deadline.ts'
import { translate } from './errors.ts'

/**
 * The answer of a call, or Unavailable at the deadline. The driver's own time limits cover some of what can go wrong
 * (a server to select, a connection to wait for), but not a server that took the call and never answers.
 */
export async function inTime<R>(deadline: number, call: () => Promise<R>): Promise<R> {
  try {
    return await withinDeadline(deadline, call)
  } catch (error) {
    throw translate(error)
  }
}
