import { Unavailable } from './port.ts'

/** The answer of a call, or Unavailable at the deadline: the last guard against a server that never answers. */
export async function withinDeadline<R>(deadline: number, call: () => Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(new Unavailable('the store did not answer in time'))
    timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()))
  })
  try {
    return await Promise.race([call(), late])
  } finally {
    clearTimeout(timer)
  }
}
