// The one place where an error becomes an answer. Nobody sees a stack trace; the log sees each fault once.
import type { Context, Middleware } from 'koa'
import { Refused } from '../errors.ts'
import { languageBy, type Language } from '../languages/language.ts'
import type { Views } from '../views.ts'
import { languageOf, languageOnPage } from './browser/language.ts'
import { logOf } from './edge/trace.ts'

/** Seconds after which a browser or client may come back when the store is away. */
export const RETRY_AFTER = 2

interface Answer {
  status: number
  code: string
  /** The key of a text. */
  heading: string
  message: (language: Language) => string
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
      if (answer.status >= 500) log.error({ err: error, reason: answer.code }, languageBy('en').t(answer.heading))
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
      ctx.body = { error: answer.code, error_description: answer.message(languageBy('en')), trace_id: traceId }
      return
    }
    const { status, message } = answer
    const language = languageOf(ctx)
    const heading = language.t(answer.heading)
    ctx.type = 'html'
    ctx.body = views.render('fault', {
      page: { ...languageOnPage(ctx), title: heading, traceId },
      status,
      heading,
      message: message(language),
      traceId,
      retry: status >= 500 || status === 429,
    })
  }
}

const notFound: Answer = {
  status: 404,
  code: 'not_found',
  heading: 'errors:fault.notFound',
  message: ({ t }) => t('errors:fault.notFound.message'),
}

function answerTo(error: unknown, isUnavailable: (error: unknown) => boolean): Answer {
  if (error instanceof Refused) {
    const { status, code, retryAfter } = error
    const heading = error.heading ?? (status === 503 ? 'errors:fault.busy' : 'errors:fault.refused')
    return { status, code, heading, message: language => error.wordsIn(language), retryAfter }
  }
  if (isUnavailable(error)) {
    return {
      status: 503,
      code: 'unavailable',
      heading: 'errors:fault.unavailable',
      message: ({ t }) => t('errors:fault.unavailable.message'),
      retryAfter: RETRY_AFTER,
    }
  }
  const status = (error as { status?: number; expose?: boolean }).expose ? (error as { status: number }).status : 500
  return status < 500
    ? {
        status,
        code: 'bad_request',
        heading: 'errors:fault.refused',
        message: ({ t }) => t('errors:fault.unreadable'),
      }
    : {
        status: 500,
        code: 'server_error',
        heading: 'errors:fault.ours',
        message: ({ t }) => t('errors:fault.ours.message'),
      }
}
