import { Unavailable } from '../port.ts'
import { translate } from './errors.ts'

/**
 * The answer of a call, or Unavailable at the deadline. The driver's own time limits cover some of what can go wrong
 * (a server to select, a connection to wait for), but not a server that took the call and never answers.
 */
export async function inTime<R>(deadline: number, call: () => Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(new Unavailable('the store did not answer in time'))
    timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()))
  })
  try {
    return await Promise.race([call(), late])
  } catch (error) {
    throw translate(error)
  } finally {
    clearTimeout(timer)
  }
}
