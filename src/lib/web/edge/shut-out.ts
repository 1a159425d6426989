import type { Middleware } from 'koa'
import { Refused } from '../../errors.ts'

/** Answers nothing to an address that `shutsOut`: 403. */
export function shutOut(shutsOut: (address: string) => boolean): Middleware {
  return (ctx, next) => {
    if (shutsOut(ctx.ip)) throw new Refused('network.denied', { status: 403 })
    return next()
  }
}
