import type { Config } from '../../lib/config/schema.ts'
import { inspectRedis, type RedisState } from '../../storage/redis/inspect.ts'
import type { Clock } from './clock.ts'
import { ok, problem, reasonOf, warning, type Finding } from './finding.ts'

/** Each page takes some round trips. Milliseconds. */
const SLOW = 10
const OLDEST_TRIED = 6

/** Connects, and looks at what decides whether Redis keeps what it is given. None without LATCHKEY_REDIS. */
export async function checkRedis({ redis }: Config): Promise<{ findings: Finding[]; clock?: Clock }> {
  if (redis === undefined) return { findings: [] }
  try {
    const state = await inspectRedis(redis)
    const findings = [checkServer(state), checkMemory(state), checkDisk(state)]
    return { findings, ...(state.clock ? { clock: { of: 'Redis', ...state.clock } } : {}) }
  } catch (error) {
    const todo = 'Check LATCHKEY_REDIS: the hosts, the ports, the user and the password; and that the server runs.'
    return { findings: [problem('redis', reasonOf(error), todo)] }
  }
}

function checkServer({ address, versions, roundTrip }: RedisState): Finding {
  const known = versions.filter(version => version !== undefined)
  const named = known.length > 0 ? `, version ${[...new Set(known)].join(' and ')}` : ''
  const message = `${address} answers in ${roundTrip.toFixed(1)} ms${named}`
  if (known.some(version => Number.parseInt(version) < OLDEST_TRIED)) {
    return warning('redis', message, `Update it: nothing older than Redis ${OLDEST_TRIED} is tried out with Latchkey.`)
  }
  if (roundTrip < SLOW) return ok('redis', message)
  return warning('redis', message, 'Run it nearer to Latchkey, or see what keeps it busy: each page waits for it.')
}

function checkMemory({ evictionPolicies }: RedisState): Finding {
  const others = evictionPolicies.filter(policy => policy !== undefined && policy !== 'noeviction')
  if (others.length > 0) {
    const message = `is made room in by dropping sessions when it is full (maxmemory-policy ${others[0]})`
    return problem('redis memory', message, 'Set maxmemory-policy to noeviction, and enough maxmemory.')
  }
  if (evictionPolicies.includes(undefined)) {
    const todo = 'See for yourself that maxmemory-policy is noeviction.'
    return warning('redis memory', 'could not be looked at: the server refuses INFO', todo)
  }
  return ok('redis memory', 'keeps what it is given (noeviction)')
}

function checkDisk({ appendOnly }: RedisState): Finding {
  if (appendOnly.includes(false)) {
    const todo = 'Set appendonly to yes, unless everyone may be asked to sign in again.'
    return warning('redis disk', 'does not hold what Redis holds: a restart ends all sessions', todo)
  }
  if (appendOnly.includes(undefined)) {
    return warning('redis disk', 'could not be looked at: the server refuses INFO', 'See whether appendonly is yes.')
  }
  return ok('redis disk', 'holds what Redis holds (appendonly)')
}
