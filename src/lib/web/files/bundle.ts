// A script that is made of several files, large, and seldom asked for: put together and compressed when it first is.
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Middleware } from 'koa'

const compress = promisify(gzip)
const expand = promisify(gunzip)

/** @param files in their order */
export function bundle(path: string, files: readonly string[]): Middleware {
  let made: Promise<Buffer> | undefined
  const make = async () => {
    const parts = await Promise.all(files.map(file => readFile(file)))
    return compress(Buffer.concat(parts.flatMap(part => [part, Buffer.from('\n')])))
  }
  return async (ctx, next) => {
    if (ctx.path !== path || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    const body = await made
    ctx.type = 'text/javascript; charset=utf-8'
    ctx.set('Cache-Control', 'public, max-age=86400')
    ctx.vary('Accept-Encoding')
    if (ctx.acceptsEncodings('gzip', 'identity') === 'gzip') {
      ctx.set('Content-Encoding', 'gzip')
      ctx.body = body
    } else {
      ctx.body = await expand(body)
    }
    return undefined
  }
}
