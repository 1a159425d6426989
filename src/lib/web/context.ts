import type { Context } from 'koa'

/** A request to one of our own pages, with the parameters of its path. */
export type PageContext = Context & { params: Record<string, string> }
