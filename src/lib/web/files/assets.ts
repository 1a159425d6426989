// The few static files (style sheet, icons, scripts): read once at the start, answered from memory.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Middleware } from 'koa'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
}

/**
 * Serves /assets/NAME from `folder`, and files from elsewhere by the names in `others`. An address with the file's own
 * hash (`?v=`) may be kept for good.
 */
export function assets(folder: string, others: Record<string, string> = {}): Middleware {
  const own = readdirSync(folder).map(name => [name, join(folder, name)] as const)
  const files = new Map(
    [...own, ...Object.entries(others)].map(([name, path]) => {
      const body = readFileSync(path)
      return [name, { body, hash: createHash('sha256').update(body).digest('base64url').slice(0, 10) }] as const
    }),
  )

  return (ctx, next) => {
    const name = ctx.path === '/favicon.ico' ? 'favicon.svg' : ctx.path.startsWith('/assets/') ? ctx.path.slice(8) : ''
    const file = files.get(name)
    if (!file || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.type = TYPES[extname(name)] ?? 'application/octet-stream'
    ctx.set('Cache-Control', ctx.query.v === file.hash ? 'public, max-age=31536000, immutable' : 'public, max-age=300')
    ctx.body = file.body
    return undefined
  }
}
