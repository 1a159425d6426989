// The one place where an error becomes an answer. Nobody sees a stack trace; the log sees each fault once.
import type { Context, Middleware } from 'koa'
import { Refused } from '../errors.ts'
import type { Views } from '../views.ts'
import { logOf } from './trace.ts'

/** Seconds after which a browser or client may come back when the store is away. */
export const RETRY_AFTER = 2

interface Answer {
  status: number
  code: string
  heading: string
  message: string
  retryAfter?: number | undefined
}

/** @param isUnavailable whether an error says that the store is away for now */
export function faults(views: Views, isUnavailable: (error: unknown) => boolean): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && !ctx.body) render(ctx, notFound)
    } catch (error) {
      const answer = answerTo(error, isUnavailable)
      const log = logOf(ctx)
      if (answer.status >= 500) log.error({ err: error, reason: answer.code }, answer.heading)
      else log.info({ reason: answer.code, status: answer.status }, 'refused')
      render(ctx, answer)
    }
  }

  function render(ctx: Context, answer: Answer): void {
    const traceId: string = ctx.state.traceId
    ctx.status = answer.status
    ctx.set('Cache-Control', 'no-store')
    if (answer.retryAfter) ctx.set('Retry-After', String(answer.retryAfter))
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.body = { error: answer.code, error_description: answer.message, trace_id: traceId }
      return
    }
    const { status, heading, message } = answer
    ctx.type = 'html'
    ctx.body = views.render('fault', {
      page: { title: heading, traceId },
      status,
      heading,
      message,
      traceId,
      retry: status >= 500 || status === 429,
    })
  }
}

const notFound: Answer = {
  status: 404,
  code: 'not_found',
  heading: 'There is no such page',
  message: 'Check the address, or go back to the app that you came from.',
}

function answerTo(error: unknown, isUnavailable: (error: unknown) => boolean): Answer {
  if (error instanceof Refused) {
    const { status, code, hint, retryAfter } = error
    return {
      status,
      code,
      heading: status === 503 ? 'Too busy right now' : "That didn't work",
      message: hint,
      retryAfter,
    }
  }
  if (isUnavailable(error)) {
    return {
      status: 503,
      code: 'unavailable',
      heading: 'Not available right now',
      message: 'We cannot reach our records. Nothing was lost; try again in a moment.',
      retryAfter: RETRY_AFTER,
    }
  }
  const status = (error as { status?: number; expose?: boolean }).expose ? (error as { status: number }).status : 500
  return status < 500
    ? {
        status,
        code: 'bad_request',
        heading: "That didn't work",
        message: 'What was sent could not be read. Go back and try again.',
      }
    : {
        status: 500,
        code: 'server_error',
        heading: 'Something went wrong here',
        message: 'This is our fault, and it has been noted. Try again in a moment.',
      }
}
