import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { z } from 'zod'

declare module 'zod' {
  interface GlobalMeta {
    /** What the key accepts, in words: it finishes the sentence “expected …”. */
    expected?: string
    /** The default as the documentation shows it, where the value itself depends on the machine. */
    shownDefault?: string
    /** The value is secret, or carries one: it is masked, and may come from a file named by `LATCHKEY_…_FILE`. */
    secret?: boolean
  }
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** Seconds in `15m`, `7d`, `30s`, `12h`, `900` or 900; undefined when it is none of these. */
export function parseDuration(value: unknown): number | undefined {
  const match = /^(\d{1,12})([smhd]?)$/.exec(String(value).trim())
  if (!match) return undefined
  return Number(match[1]) * UNIT_SECONDS[(match[2] || 's') as keyof typeof UNIT_SECONDS]
}

/** Seconds written as the shortest of `45s`, `15m`, `12h`, `7d`. */
export function formatDuration(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds > 0 && seconds % UNIT_SECONDS[unit] === 0) return `${seconds / UNIT_SECONDS[unit]}${unit}`
  }
  return `${seconds}s`
}

// Every kind accepts what a JSON file holds and what an environment variable holds, which is always text.

/** A duration; comes out as seconds. Bounds are written as durations too, and included. */
export function duration(min: string, max: string) {
  const [from, to] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0]
  return z
    .union([z.string(), z.number()])
    .transform(parseDuration)
    .pipe(z.number().min(from).max(to))
    .meta({ expected: `a duration from ${min} to ${max}, such as 90s, 15m, 12h, 7d, or a number of seconds` })
}

/** A whole number between two bounds, both included. */
export function whole(min: number, max: number) {
  return z
    .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
    .pipe(z.int().min(min).max(max))
    .meta({ expected: `a whole number from ${min} to ${max}` })
}

/** A whole number, or the word `auto` for the number of cores. */
export function wholeOrCores(min: number, max: number) {
  const number = whole(min, max)
  return z
    .union([z.literal('auto').transform(() => Math.min(availableParallelism(), max)), number])
    .meta({ expected: `${number.meta()!.expected}, or auto` })
}

/** Yes or no. */
export function flag() {
  return z
    .union([z.boolean(), z.enum(['true', 'false']).transform(word => word === 'true')])
    .meta({ expected: 'true or false' })
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words).meta({ expected: `one of ${words.join(', ')}` })
}

/** Text that passes a test. `expected` says in words what passes. */
export function text(expected: string, passes: (value: string) => boolean) {
  return z.string().trim().refine(passes).meta({ expected })
}

/** A list: an array in a file; in a variable, text with commas (or lines) between the values. */
export function list<Item extends string>(item: z.ZodType<Item, string>, expected: string) {
  const split = (value: string) =>
    value
      .split(/[,\n]/)
      .map(part => part.trim())
      .filter(part => part !== '')
  return z
    .union([z.array(z.string()), z.string().transform(split)])
    .pipe(z.array(item))
    .meta({ expected })
}

/** Whether text is an address or a CIDR block, IPv4 or IPv6. */
export function isCidr(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

/** Networks in CIDR notation, or the word `none` for an empty list. */
export function networks() {
  return z
    .preprocess(value => (value === 'none' ? [] : value), list(z.string().refine(isCidr), 'networks'))
    .meta({ expected: 'addresses or CIDR blocks, such as 10.0.0.0/8 or fd00::/8, or none' })
}

/** An absolute http(s) address. */
export function webAddress() {
  return text(
    'an absolute http or https address',
    value => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  )
}

/** A list of objects, which a variable holds as JSON; what is no JSON comes out as it is, for the schema to refuse. */
export function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
