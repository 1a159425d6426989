// What calls our own API sends, and gets, JSON.
import type { Context, Middleware } from 'koa'
import { bodyParser } from '@koa/bodyparser'
import type { z } from 'zod'
import { Refused } from '../errors.ts'

/** Errors too are JSON, whatever the caller says it accepts. */
export const answeredAsJson: Middleware = (ctx, next) => {
  ctx.request.headers.accept = 'application/json'
  return next()
}

export const readJson = bodyParser({
  enableTypes: ['json'],
  jsonLimit: '8kb',
  onError(error) {
    const large = (error as { status?: number }).status === 413
    const hint = large ? 'At most 8 KB are taken.' : 'This is no JSON.'
    throw new Refused(large ? 'body.too_large' : 'body.unreadable', { status: large ? 413 : 400, hint, cause: error })
  },
})

/** @throws Refused `body.type` (415), `body.invalid` naming what is wrong */
export function jsonOf<Schema extends z.ZodType>(ctx: Context, schema: Schema): z.output<Schema> {
  if (!ctx.is('json')) throw new Refused('body.type', { status: 415, hint: 'Send this as application/json.' })
  const parsed = schema.safeParse((ctx.request as unknown as { body?: unknown }).body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const where = issue.path.join('.') || (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : 'the body')
  throw new Refused('body.invalid', { field: where, hint: `${where}: ${issue.message}` })
}
