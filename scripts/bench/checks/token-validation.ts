import { introspection } from '../cases/introspection.ts'
import { openLines, perform } from '../load/run.ts'
import { timed, type Check } from './check.ts'

export const tokenValidation: Check = {
  title: 'Token validation (introspection over HTTP)',
  most: 20,
  floor: 200,
  async prepare({ target }) {
    const [line] = await openLines(target.origin, [await introspection.prepare(target, 0, 1)])
    const act = () =>
      new Promise<void>((resolve, reject) => perform(line!, error => (error ? reject(error) : resolve())))
    return () => timed(act)
  },
}
