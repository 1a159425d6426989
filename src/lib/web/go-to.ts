import type { Context } from 'koa'

/** After a form was accepted: the next page, by GET. */
export function goTo(ctx: Context, path: string): void {
  ctx.redirect(path)
  ctx.status = 303
}
