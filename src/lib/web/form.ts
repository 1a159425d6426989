// Reads a posted form: flat, small, and text alone, so that `email[$ne]=` is only a field with an odd name.
import type { Context } from 'koa'
import { bodyParser } from '@koa/bodyparser'
import { Refused } from '../errors.ts'

export interface Form {
  /** The field's value, or '' when it was not sent. */
  text(name: string): string
  all(name: string): string[]
  /** Every field's first value. */
  fields: Record<string, string>
}

const TYPE = 'application/x-www-form-urlencoded'
const MAX_FIELDS = 100

/** Reads the body as text: what the fields mean is parsed below, without nesting. */
export const readBody = bodyParser({
  enableTypes: ['text'],
  extendTypes: { text: [TYPE] },
  // As the provider's library reads at its own endpoints.
  textLimit: '56kb',
  onError(error) {
    const large = (error as { status?: number }).status === 413
    throw large
      ? new Refused('body.too_large', {
          status: 413,
          cause: error,
        })
      : new Refused('body.unreadable', { cause: error })
  },
})

/** @throws Refused `body.type` (415), `body.too_many_fields` */
export function formOf(ctx: Context): Form {
  if (!ctx.is(TYPE)) {
    throw new Refused('body.type', { status: 415, values: { type: TYPE } })
  }
  const body = (ctx.request as unknown as { body?: unknown }).body
  return fieldsOf(typeof body === 'string' ? body : '')
}

/** The query, read in the same way. @throws Refused `body.too_many_fields` */
export function queryOf(ctx: Context): Form {
  return fieldsOf(ctx.querystring)
}

function fieldsOf(text: string): Form {
  const parameters = new URLSearchParams(text)
  if (parameters.size > MAX_FIELDS) {
    throw new Refused('body.too_many_fields', {
      values: { fields: parameters.size, most: MAX_FIELDS },
    })
  }
  return {
    text: name => parameters.get(name) ?? '',
    all: name => parameters.getAll(name),
    fields: Object.fromEntries(parameters.keys().map(name => [name, parameters.get(name)!])),
  }
}
